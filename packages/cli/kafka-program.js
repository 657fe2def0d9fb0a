// Kafka's tools from their sources. Built, it is a file of this name that loads each tool from a file of its own (tools/build.ts).
import { spareTheSearch } from './spare-the-search.ts'

spareTheSearch()
export const { main } = await import('./kafka/main.ts')
