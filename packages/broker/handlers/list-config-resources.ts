import { configResourceCode } from '@odradek/metadata'
import type { MetadataService } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'
import { ListConfigResources } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import type { Endpoints } from '../services.ts'
import { brokerLoggerCode } from './broker-loggers.ts'

const code = {
  group: configResourceCode('group'),
  clientMetrics: configResourceCode('client-metrics'),
  broker: configResourceCode('broker'),
  topic: configResourceCode('topic'),
}
const allTypes = [code.group, code.clientMetrics, brokerLoggerCode, code.broker, code.topic]

/** What has settings: every broker and topic, and the groups and client metrics for which something is set (KIP-1142). */
export const listConfigResources = (metadata: Pick<MetadataService, 'image'>, endpoints: Endpoints) =>
  handler(ListConfigResources, ({ resourceTypes }, { apiVersion, connection }) => {
    const supported = apiVersion === 0 ? [code.clientMetrics] : allTypes
    const wanted = resourceTypes.length === 0 ? supported : resourceTypes
    if (!wanted.every((type) => supported.includes(type))) return { errorCode: errorCode('UNSUPPORTED_VERSION'), configResources: [] }
    const { configs, topics } = metadata.image
    const brokers = endpoints.forClient(connection).map(({ nodeId }) => String(nodeId))
    const names = new Map([
      [code.group, () => configs.names('group')],
      [code.clientMetrics, () => configs.names('client-metrics')],
      [brokerLoggerCode, () => brokers],
      [code.broker, () => brokers],
      [code.topic, () => topics.all().map(({ name }) => name)],
    ])
    const configResources = allTypes
      .filter((type) => wanted.includes(type))
      .flatMap((resourceType) => (names.get(resourceType)?.() ?? []).map((resourceName) => ({ resourceName, resourceType })))
    return { errorCode: 0, configResources }
  })
