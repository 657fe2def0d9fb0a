import { Buffer } from 'node:buffer'
import type { Random } from '@odradek/common/random'
import { buildBatch } from '@odradek/protocol/records'
import type { Field, Fields } from '@odradek/protocol/schema'
import { exists } from '@odradek/protocol/schema'

/** What a test lets strange messages speak of, so that some of them get far. */
export interface HostileWords {
  /** Names of topics, groups, members, settings that are there, or that are strange. */
  readonly texts: readonly string[]
  readonly ids: readonly string[]
}

/**
 * A message that keeps its declaration and goes to extremes: numbers at their ends, lists that are null, empty or repeat themselves,
 * names that are there and names that nobody would give. The same random gives the same message.
 */
export function hostileMessage(fields: Fields, version: number, random: Random, words: HostileWords): Readonly<Record<string, unknown>> {
  const present = Object.entries(fields).filter(([, field]) => exists(field, version))
  return Object.fromEntries(present.map(([name, field]) => [name, hostileValue(field, version, random, words)]))
}

function hostileValue(field: Field, version: number, random: Random, words: HostileWords): unknown {
  if (version >= field.nullable && random.nextInt(8) === 0) return null
  if (field.default !== undefined && random.nextInt(3) === 0) return field.default
  const oneOf = <T>(values: readonly T[]): T | undefined => values[random.nextInt(values.length)]
  const { type } = field
  switch (type.kind) {
    case 'bool':
      return random.nextInt(2) === 1
    case 'string':
      return oneOf(words.texts)
    case 'uuid':
      return oneOf(words.ids)
    case 'bytes':
      return Buffer.from(random.bytes(oneOf([0, 1, 7, 300]) ?? 0))
    case 'records':
      return oneOf([Buffer.alloc(0), Buffer.from(random.bytes(90)), batch(), Buffer.concat([batch(), batch()]), batch().subarray(0, 70)])
    case 'array':
      return Array.from({ length: oneOf([0, 1, 1, 1, 2, 3]) ?? 0 }, () => hostileValue(type.of, version, random, words))
    case 'struct':
      return hostileMessage(type.fields, version, random, words)
    case 'float64':
      return oneOf([0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    case 'int64':
      return oneOf([-6, -2, -1, 0, 1, 5, 1_000, Number.MAX_SAFE_INTEGER])
    case 'int8':
      return oneOf([-128, -1, 0, 1, 2, 3, 4, 8, 127])
    case 'uint16':
      return oneOf([0, 1, 9092, 65_535])
    case 'int16':
      return oneOf([-32_768, -1, 0, 1, 2, 32_767])
    default:
      return oneOf([-2_147_483_648, -1, 0, 1, 2, 50, 1_000, 2_147_483_647])
  }
}

function batch(): Buffer {
  return buildBatch([{ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1_000 }])
}

/** The bytes with something done to them that a broken client, a broken network or an enemy might do. */
export function damaged(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  const at = random.nextInt(Math.max(1, copy.length))
  switch (random.nextInt(6)) {
    case 0:
      copy[at] = random.nextInt(256)
      return copy
    case 1:
      return copy.fill(0xff, at, Math.min(copy.length, at + 1 + random.nextInt(8)))
    case 2:
      return copy.subarray(0, at)
    case 3:
      return Buffer.concat([copy.subarray(0, at), random.bytes(1 + random.nextInt(16)), copy.subarray(at)])
    case 4:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(random.nextInt(at + 1))])
    default:
      return Buffer.from(random.bytes(random.nextInt(200)))
  }
}
