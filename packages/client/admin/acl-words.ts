/** Kafka's words for what an ACL is about and what it allows, in the order of their numbers on the wire. */
const resourceTypes = ['UNKNOWN', 'ANY', 'TOPIC', 'GROUP', 'CLUSTER', 'TRANSACTIONAL_ID', 'DELEGATION_TOKEN', 'USER'] as const
const patternTypes = ['UNKNOWN', 'ANY', 'MATCH', 'LITERAL', 'PREFIXED'] as const
const permissionTypes = ['UNKNOWN', 'ANY', 'DENY', 'ALLOW'] as const
const operations = [
  'UNKNOWN',
  'ANY',
  'ALL',
  'READ',
  'WRITE',
  'CREATE',
  'DELETE',
  'ALTER',
  'DESCRIBE',
  'CLUSTER_ACTION',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
  'IDEMPOTENT_WRITE',
  'CREATE_TOKENS',
  'DESCRIBE_TOKENS',
  'TWO_PHASE_COMMIT',
] as const

export type AclResourceType = (typeof resourceTypes)[number]
export type AclPatternType = (typeof patternTypes)[number]
export type AclPermissionType = (typeof permissionTypes)[number]
export type AclOperation = (typeof operations)[number]

/** Words with a number each; a number of a newer broker is `UNKNOWN`. */
export interface Words<Word extends string> {
  readonly all: readonly Word[]
  number(word: Word): number
  word(number: number): Word
}

function words<const Word extends string>(all: readonly [Word, ...Word[]]): Words<Word> {
  return { all, number: (word) => Math.max(0, all.indexOf(word)), word: (number) => all[number] ?? all[0] }
}

export const aclResourceTypes: Words<AclResourceType> = words(resourceTypes)
export const aclPatternTypes: Words<AclPatternType> = words(patternTypes)
export const aclPermissionTypes: Words<AclPermissionType> = words(permissionTypes)
export const aclOperations: Words<AclOperation> = words(operations)

/** What brokers answer when nobody asked for authorized operations. */
const notAsked = -(2 ** 31)

/** The operations of a bit field; undefined when they were not asked for, or the broker is too old to say. */
export function authorizedOperations(bits: number): readonly AclOperation[] | undefined {
  if (bits === notAsked) return undefined
  return operations.filter((operation, number) => number > 2 && operation !== 'UNKNOWN' && (bits & (1 << number)) !== 0)
}
