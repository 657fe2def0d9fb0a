#!/usr/bin/env node
// The entry stays tiny: the compile cache must be on before anything else is loaded, and static imports would come first.
import { enableCompileCache } from 'node:module'

enableCompileCache?.()
const { main } = await import('./main.ts')
process.exitCode = await main(process.argv.slice(2))
