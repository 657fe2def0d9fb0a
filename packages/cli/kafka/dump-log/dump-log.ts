import { Buffer } from 'node:buffer'
import { existsSync, readFileSync, statSync, openSync, readSync, closeSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { decodeProducerSnapshot, MalformedSnapshot } from '@odradek/log'
import type { Terminal } from '../../terminal.ts'
import { unreadable } from '../clients.ts'
import { JavaError } from '../java-error.ts'
import type { Tool } from '../tool.ts'
import { dumpBatches } from './dump-batches.ts'
import { dumpAborted, dumpOffsetIndex, dumpTimeIndex } from './dump-indexes.ts'
import { dumpOptions } from './dump-options.ts'
import type { DumpOptions } from './dump-options.ts'
import { Findings } from './findings.ts'

/** What lies in the files of a partition: batches, records, indexes, snapshots of producers. */
export const tool: Tool = {
  name: 'kafka-dump-log',
  async run(args, terminal) {
    const options = dumpOptions(args, terminal)
    const findings = new Findings()
    for (const file of options.files) {
      if (terminal.outputClosed.aborted) return 0
      await terminal.out(`Dumping ${file}\n`)
      await dump(file, options, findings, terminal)
    }
    terminal.err(findings.text())
    return 0
  },
}

async function dump(file: string, options: DumpOptions, findings: Findings, terminal: Terminal): Promise<void> {
  const write = (text: string): Promise<void> | undefined => terminal.out(text)
  const path = resolve(file)
  const name = basename(file)
  const suffix = /\.[^.]*$/.exec(name)?.[0]
  switch (suffix) {
    case '.log': {
      const { printsContent, looksDeep, skipsMetadata, decode, maxBytes } = options
      await write(`Log starting offset: ${baseOf(name)}\n`)
      return await dumpBatches(
        name,
        read(file, maxBytes),
        { printsContent, looksDeep, skipsMetadata, decode, maxBytes },
        {
          write: async (text) => write(text),
          leaps: (from, to) => findings.leap(path, from, to),
        },
      )
    }
    case '.index': {
      const log = read(beside(file, '.log'))
      const mismatches = dumpOffsetIndex({ path: file, base: baseOf(name), index: read(file), log }, options, (text) => void write(text))
      return findings.mismatches(path, mismatches)
    }
    case '.timeindex': {
      const log = read(beside(file, '.log'))
      const offsets = existsSync(beside(file, '.index')) ? read(beside(file, '.index')) : Buffer.alloc(0)
      return findings.times(
        path,
        await dumpTimeIndex({ path: file, base: baseOf(name), index: read(file), offsets, log }, options, (text) => void write(text)),
      )
    }
    case '.snapshot':
      return dumpSnapshot(file, terminal)
    case '.txnindex':
      return dumpAborted(read(file), (text) => void write(text))
    default:
      terminal.err(`Ignoring unknown file ${file}\n`)
  }
}

function dumpSnapshot(file: string, terminal: Terminal): void {
  try {
    for (const entry of decodeProducerSnapshot(read(file))) {
      const { producerId, epoch, coordinatorEpoch, transactionStart, lastTimestamp, lastSequence, lastOffset, lastOffsetDelta } = entry
      const open = transactionStart < 0 ? 'OptionalLong.empty' : `OptionalLong[${transactionStart}]`
      const last = entry.hasBatches
        ? ` firstSequence: ${lastSequence - lastOffsetDelta} lastSequence: ${lastSequence} lastOffset: ${lastOffset} offsetDelta: ${lastOffsetDelta} timestamp: ${lastTimestamp}`
        : ''
      void terminal.out(
        `producerId: ${producerId} producerEpoch: ${epoch} coordinatorEpoch: ${coordinatorEpoch} currentTxnFirstOffset: ${open} lastTimestamp: ${lastTimestamp}${last}\n`,
      )
    }
  } catch (error) {
    if (!(error instanceof MalformedSnapshot)) throw error
    terminal.err(`${error.message}\n`)
  }
}

const beside = (file: string, suffix: string): string => join(dirname(file), `${basename(file).split('.')[0] ?? ''}${suffix}`)

/** Files are named after the first offset in them. */
function baseOf(name: string): number {
  const digits = name.split('.')[0] ?? ''
  if (!/^\d+$/.test(digits)) throw new JavaError('java.lang.NumberFormatException', `For input string: "${digits}"`)
  return Number(digits)
}

/** The first bytes of a file, or all. */
function read(path: string, maxBytes = Infinity): Buffer {
  try {
    if (statSync(path).size <= maxBytes) return readFileSync(path)
    const file = openSync(path, 'r')
    const bytes = Buffer.alloc(maxBytes)
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, maxBytes, 0))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}
