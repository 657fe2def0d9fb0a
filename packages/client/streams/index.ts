// Streams
export { writable } from '../producer/node-writable.ts'
export type { WritableRecordsOptions } from '../producer/node-writable.ts'
export { writableStream } from '../producer/web-writable.ts'
