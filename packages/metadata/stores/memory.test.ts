import { storeContract } from './contract.ts'
import { MemoryStore } from './memory.ts'

storeContract({ name: 'memory', make: async (options) => new MemoryStore(options) })
