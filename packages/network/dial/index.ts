export type { Dialler, DialTarget, Endpoint, IpAddress, Transport, TransportReader } from './dialler.ts'
export { holdProcess } from './keep-alive.ts'
export { systemDialler } from './system-dialler.ts'
