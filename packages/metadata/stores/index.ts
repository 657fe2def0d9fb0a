export { FileStore, journalName } from './file.ts'
export type { FileStoreOptions, FoundStore } from './file.ts'
export { MemoryStore } from './memory.ts'
