/** Topics that brokers make for themselves. Clients may read but not freely change them. */
const internalTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

/** The log of the controllers in Kafka. Nobody may make a topic of this name. */
export const clusterMetadataTopic = '__cluster_metadata'

export const maxTopicNameLength = 249

export function isInternalTopic(name: string): boolean {
  return internalTopics.has(name)
}

/** What is wrong with a topic's name, in Kafka's words; undefined when nothing is. */
export function invalidTopicName(name: string): string | undefined {
  const reason = reasonAgainst(name)
  return reason === undefined ? undefined : `Topic name is invalid: ${reason}`
}

/**
 * What two names must not have in common. Metrics write a dot as an underscore, so `a.b` and `a_b` would be one; undefined
 * for names that have neither.
 */
export function collisionKey(name: string): string | undefined {
  return name.includes('.') || name.includes('_') ? name.replaceAll('.', '_') : undefined
}

function reasonAgainst(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > maxTopicNameLength) return `the length of '${name}' is longer than the max allowed length ${maxTopicNameLength}`
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  return undefined
}
