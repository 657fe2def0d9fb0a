export { FileStore, journalName } from './file.ts'
export type { FileStoreOptions } from './file.ts'
export { MemoryStore } from './memory.ts'
