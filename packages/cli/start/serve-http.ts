import type { Broker } from '@odradek/broker'
import type { FileSettings } from '@odradek/broker/config'
import { healthRoutes, HttpServer, metricsRoute, observeProcess } from '@odradek/broker/http'
import type { HealthCheck } from '@odradek/broker/http'
import type { Logger } from '@odradek/common/logging'
import type { MetricsRegistry } from '@odradek/common/metrics'
import { systemClock } from '@odradek/common/time'

export interface ServedHttp {
  readonly address: string
  close(): Promise<void>
}

/** Health and metrics, or undefined where `http.port` is −1. */
export async function serveHttp(options: {
  readonly settings: FileSettings
  readonly broker: Broker
  readonly metrics: MetricsRegistry
  readonly logger: Logger
}): Promise<ServedHttp | undefined> {
  const { settings, broker, metrics, logger } = options
  const port = settings.config['http.port']
  if (port < 0) return undefined
  observeProcess(metrics, systemClock)
  const server = new HttpServer({
    host: settings.config['http.host'],
    port,
    movesIfTaken: !settings.texts.has('http.port'),
    routes: new Map([...healthRoutes(checksOf(broker)), ...metricsRoute(metrics)]),
    logger,
  })
  const address = await server.listen()
  return { address, close: async () => server.close() }
}

function checksOf(broker: Broker): readonly HealthCheck[] {
  return [
    {
      name: 'broker',
      look: () => (broker.isServing ? { isOk: true, says: 'serving' } : { isOk: false, says: 'stopping; clients are to go elsewhere' }),
    },
    {
      name: 'storage',
      look: () => {
        const troubled = broker.troubledDirectories
        if (troubled.length === 0) return { isOk: true, says: 'all data directories can be used' }
        return { isOk: false, says: troubled.map(({ path, condition }) => `${path} is ${condition}`).join('; ') }
      },
    },
  ]
}
