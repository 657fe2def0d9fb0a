#!/usr/bin/env node
// The entry stays tiny: the compile cache must be on before anything else is loaded, and static imports would come first.
import { enableCompileCache } from 'node:module'

enableCompileCache?.()
// Reads that miss the cache and flushes go through libuv's pool; four threads would make them wait for each other.
process.env['UV_THREADPOOL_SIZE'] ??= '16'
const { main } = await import('./main.ts')
process.exitCode = await main(process.argv.slice(2))
