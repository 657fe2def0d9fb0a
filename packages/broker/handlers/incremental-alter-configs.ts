import type { ConfigAlteration, ConfigOperation, MetadataService, Outcome } from '@odradek/metadata'
import { errorMessage, errorName } from '@odradek/protocol'
import { IncrementalAlterConfigs } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import { answerAltered, refuseAll, unknownType } from './altered-resources.ts'
import { brokerLoggerCode } from './broker-loggers.ts'
import type { BrokerLoggers } from './broker-loggers.ts'

type Resource = RequestOf<typeof IncrementalAlterConfigs>['resources'][number]

/** Changes single settings (KIP-339). Levels of loggers hold until the process ends, everything else for good. */
export const incrementalAlterConfigs = (
  metadata: Pick<MetadataService, 'incrementalAlterConfigs'>,
  loggers: Pick<BrokerLoggers, 'alter'>,
) =>
  handler(
    IncrementalAlterConfigs,
    async ({ resources, validateOnly }) => ({
      responses: await answerAltered(
        resources,
        (kept) =>
          metadata.incrementalAlterConfigs(
            kept.map((each) => ({ resource: each.resource, configs: alterationsOf(each) })),
            validateOnly,
          ),
        (each) => (each.resourceType === brokerLoggerCode ? alterLoggers(loggers, each, resources, validateOnly) : unknownType(each)),
      ),
    }),
    { failed: ({ resources }, code) => ({ responses: refuseAll(resources, code, errorMessage(errorName(code))) }) },
  )

const operations: readonly ConfigOperation[] = ['set', 'delete', 'append', 'subtract']

function alterationsOf({ configs }: Resource): readonly ConfigAlteration[] {
  return configs.map(({ name, configOperation, value }) => ({ name, operation: operations[configOperation], value }))
}

/** The checks that all kinds of resources have, and then its own. */
function alterLoggers(loggers: Pick<BrokerLoggers, 'alter'>, resource: Resource, all: readonly Resource[], validateOnly: boolean): Outcome {
  const { resourceType, resourceName, configs } = resource
  if (all.filter((each) => each.resourceType === resourceType && each.resourceName === resourceName).length > 1) {
    return { error: 'INVALID_REQUEST', message: 'Each resource must appear at most once.' }
  }
  const changes = alterationsOf(resource)
  if (new Set(configs.map(({ name }) => name)).size < configs.length) {
    return { error: 'INVALID_REQUEST', message: 'Error due to duplicate config keys' }
  }
  const nulls = changes.filter(({ operation, value }) => operation !== 'delete' && value === null)
  if (nulls.length > 0)
    return { error: 'INVALID_REQUEST', message: `Null value not supported for : ${nulls.map(({ name }) => name).join(', ')}` }
  return loggers.alter(resourceName, changes, validateOnly)
}
