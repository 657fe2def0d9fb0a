import type { ClusterBroker } from '@odradek/client'

/** Brokers or controllers in the columns of Kafka's tool. */
export function endpointLines(nodes: readonly ClusterBroker[], kind: 'broker' | 'controller'): readonly string[] {
  const longest = (words: readonly string[], otherwise: number): number =>
    Math.max(...words.map((word) => word.length), words.length > 0 ? 0 : otherwise)
  const hosts = longest(
    nodes.map(({ host }) => host),
    100,
  )
  const racks = longest(
    nodes.flatMap(({ rack }) => rack ?? []),
    10,
  )
  const line = (id: string, host: string, port: string, rack: string, state: string): string =>
    [id.padEnd(10), host.padEnd(hosts), port.padEnd(10), rack.padEnd(racks), ...(kind === 'broker' ? [state.padEnd(10)] : [])].join(' ')
  return [
    `${line('ID', 'HOST', 'PORT', 'RACK', 'STATE')} ${'ENDPOINT_TYPE'.padEnd(15)}`,
    ...nodes.map(
      ({ id, host, port, rack, isFenced }) =>
        `${line(String(id), host, String(port), rack ?? 'null', isFenced ? 'fenced' : 'unfenced')} ${kind.padEnd(15)}`,
    ),
  ]
}
