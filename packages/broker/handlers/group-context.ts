import type { GroupContext } from '@odradek/coordinator'
import type { RequestContext } from '../handler.ts'

/** Who asks, as groups remember it: Kafka prints addresses with a slash in front, and DescribeGroups shows them so. */
export function groupContext({ apiVersion, clientId, connection }: RequestContext): GroupContext {
  return { apiVersion, clientId, clientHost: `/${connection.peer.address}` }
}
