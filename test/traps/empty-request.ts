import { Buffer } from 'node:buffer'
import { exists } from '@odradek/protocol/schema'
import type { Api, Fields, WriteOf } from '@odradek/protocol/schema'

/** A request in which everything is empty or zero, but what would do harm or has no answer. */
export function emptyRequest(api: Api, version: number): WriteOf<Fields> {
  const fields = Object.entries(api.request).filter(([, field]) => exists(field, version))
  const given = Object.entries(harmless.get(api.name) ?? {}).filter(([name]) => fields.some(([field]) => field === name))
  const required = fields.filter(([, field]) => field.default === undefined)
  return { ...Object.fromEntries(required.map(([name, field]) => [name, emptyOf(field)])), ...Object.fromEntries(given) }
}

const harmless: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map<string, Readonly<Record<string, unknown>>>([
  ['UnregisterBroker', { brokerId: 999_999 }],
  ['Produce', { acks: 1 }],
  // 1 is any; 0 is none of the types and cannot be parsed.
  ['DescribeAcls', { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }],
  // Apache Kafka never answers one without transactions.
  ['AddPartitionsToTxn', { transactions: [{ transactionalId: 'none', producerId: 0, producerEpoch: 0, verifyOnly: true, topics: [] }] }],
])

function emptyOf({ type }: Fields[string]): unknown {
  switch (type.kind) {
    case 'string':
      return ''
    case 'bytes':
    case 'records':
      return Buffer.alloc(0)
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAA'
    case 'bool':
      return false
    case 'array':
      return []
    case 'struct':
      return Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, emptyOf(field)]))
    default:
      return 0
  }
}
