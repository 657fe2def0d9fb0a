import type { Random } from '@odradek/common/random'

/** What stands behind the 20 digits, or behind another suffix, in the names of a partition's files. */
export const suffix = {
  log: '.log',
  offsetIndex: '.index',
  timeIndex: '.timeindex',
  transactionIndex: '.txnindex',
  snapshot: '.snapshot',
  /** Renamed, to be unlinked after `file.delete.delay.ms`. */
  deleted: '.deleted',
  /** Being written by the cleaner. */
  cleaned: '.cleaned',
  /** Written by the cleaner, being put in place. */
  swap: '.swap',
} as const

/** `offsetFileName(42, suffix.log)` is `00000000000000000042.log`. */
export function offsetFileName(offset: number, ending: string): string {
  return `${String(offset).padStart(20, '0')}${ending}`
}

/** The offset in the name of a file with just this ending; undefined for every other name. */
export function offsetOfFileName(name: string, ending: string): number | undefined {
  if (!name.endsWith(ending)) return undefined
  const digits = name.slice(0, -ending.length)
  if (!/^\d{20}$/.test(digits)) return undefined
  const offset = Number(digits)
  return Number.isSafeInteger(offset) ? offset : undefined
}

/** What a directory beside the partitions is: in use, or why not. */
export type PartitionDirectoryKind = 'partition' | 'deleted' | 'future' | 'stray'

export interface PartitionDirectoryName {
  readonly kind: PartitionDirectoryKind
  /** Of a directory that is not in use: as much of the topic's name as was kept. */
  readonly topic: string
  readonly partition: number
}

const endings = { deleted: '-delete', future: '-future', stray: '-stray' } as const
const longestName = 255

export function partitionDirectoryName(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** A name that nothing has yet: `orders-0.<32 hex digits>-delete`. A long topic name is cut so that the whole keeps to 255 characters. */
export function retiredDirectoryName(topic: string, partition: number, kind: 'deleted' | 'stray', random: Random): string {
  const unique = Array.from(random.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const rest = `-${partition}.${unique}${endings[kind]}`
  return topic.slice(0, longestName - rest.length) + rest
}

/** Reads the name of a directory inside a log directory; undefined when it is none of Kafka's. */
export function parsePartitionDirectoryName(name: string): PartitionDirectoryName | undefined {
  for (const kind of ['deleted', 'future', 'stray'] as const) {
    const found = name.endsWith(endings[kind]) ? /^(.+)-(\d+)\.[0-9a-f]{32}-[a-z]+$/.exec(name) : null
    if (found !== null) return { kind, topic: found[1] ?? '', partition: Number(found[2]) }
  }
  const found = /^([a-zA-Z0-9._-]+)-(0|[1-9]\d{0,9})$/.exec(name)
  return found === null ? undefined : { kind: 'partition', topic: found[1] ?? '', partition: Number(found[2]) }
}
