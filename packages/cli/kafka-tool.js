#!/usr/bin/env node
// Runs one of Kafka's tools: `node kafka-tool.js kafka-topics --list …`, or under the name of the tool. As tiny as odradek.js, for the same reasons.
import { enableCompileCache } from 'node:module'
import { basename } from 'node:path'

enableCompileCache?.()
const { main } = await import('./kafka-program.js')
const called = basename(process.argv[1] ?? '')
const [name = '', ...args] = called.startsWith('kafka-tool') ? process.argv.slice(2) : [called, ...process.argv.slice(2)]
process.exitCode = await main(name, args)
