// The program from its sources. Built, it is a file of this name with everything in it (tools/build.ts).
import { spareTheSearch } from './spare-the-search.ts'

spareTheSearch()
export const { main } = await import('./main.ts')
