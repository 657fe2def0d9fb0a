import type { Broker } from '@odradek/broker'
import type { Disk } from '@odradek/common/disk'
import { PartitionReader } from './partition-reader.ts'
import type { ReadablePartition } from './partition-reader.ts'
import type { TestRecord } from './test-record.ts'

export interface TopicReaderOptions {
  readonly topic: string
  readonly disk: Disk
  readonly directories: readonly string[]
  readonly replicas: Broker['services']['replicas']
}

/** Reads all of a topic that consumers can see: each call gives what the one before gave, and what has come since. */
export class TopicReader {
  readonly #options: TopicReaderOptions
  readonly #partitions = new Map<ReadablePartition, { readonly reader: PartitionReader; readonly records: TestRecord[] }>()

  constructor(options: TopicReaderOptions) {
    this.#options = options
  }

  /** By partition and offset. */
  read(): readonly TestRecord[] {
    const { topic, replicas } = this.#options
    const partitions = (replicas.topic(topic)?.partitions ?? []).filter((partition) => partition !== undefined)
    // Those of a topic of this name that has been deleted since are no part of it.
    for (const known of this.#partitions.keys()) if (!partitions.some((partition) => partition === known)) this.#partitions.delete(known)
    return partitions.flatMap((partition) => {
      let known = this.#partitions.get(partition)
      if (known === undefined) {
        known = { reader: new PartitionReader(this.#options.disk, () => this.#directoryOf(partition), partition), records: [] }
        this.#partitions.set(partition, known)
      }
      for (const record of known.reader.read()) known.records.push(record)
      return known.records
    })
  }

  #directoryOf({ topic, partition }: ReadablePartition): string {
    const paths = this.#options.directories.map((directory) => `${directory}/${topic}-${partition}`)
    return paths.find((path) => this.#options.disk.stat(path) !== undefined) ?? paths[0] ?? ''
  }
}

/** What there is, for somebody who waits in vain. */
export function describeRecords(records: readonly TestRecord[], wanted: number): string {
  if (records.length === 0) return 'it is empty'
  const last = records.slice(-shownRecords).map(({ partition, offset, key, value }) => {
    return `  ${partition}:${offset} ${key ?? '(no key)'} = ${shown(value)}`
  })
  return [`it has ${wanted} of ${records.length} records. The last of all:`, ...last].join('\n')
}

const shownRecords = 5

function shown(value: unknown): string {
  const text = value instanceof Uint8Array ? `${value.length} bytes` : (JSON.stringify(value) ?? 'null')
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
