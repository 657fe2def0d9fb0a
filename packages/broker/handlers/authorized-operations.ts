/** What clients are told who did not ask what they may do. */
export const notAsked = -(2 ** 31)

/** Kafka's numbers of operations, as far as topics and the cluster have them. */
const operation = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const

/** Everything that can be done with a topic: without an authorizer everybody may. */
export const allTopicOperations = bits('read', 'write', 'create', 'delete', 'alter', 'describe', 'describeConfigs', 'alterConfigs')

/** Everything that can be done with the cluster. */
export const allClusterOperations = bits(
  'create',
  'clusterAction',
  'describeConfigs',
  'alterConfigs',
  'idempotentWrite',
  'alter',
  'describe',
)

function bits(...names: readonly (keyof typeof operation)[]): number {
  return names.reduce((sum, name) => sum + 2 ** operation[name], 0)
}
