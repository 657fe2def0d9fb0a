#!/usr/bin/env node
// The entry is tiny, and no TypeScript: the compile cache must be on before anything else is loaded. Static imports would come first,
// and so would the stripper of types, which takes 15 MB and 30 ms even for a file that has none.
import { enableCompileCache } from 'node:module'

enableCompileCache?.()
// Reads that miss the cache and flushes go through libuv's pool; four threads would make them wait for each other.
process.env['UV_THREADPOOL_SIZE'] ??= '16'
const { main } = await import('./program.js')
process.exitCode = await main(process.argv.slice(2))
