import { metricsText, metricsTypeFor } from '@odradek/common/metrics'
import type { MetricsRegistry } from '@odradek/common/metrics'
import type { HttpRoutes } from './http-answer.ts'

/** `/metrics`, as Prometheus reads it, or as OpenMetrics for who asks for that. */
export function metricsRoute(registry: MetricsRegistry): HttpRoutes {
  return new Map([
    [
      '/metrics',
      ({ accept }) => {
        const type = metricsTypeFor(accept)
        return { status: 200, type, body: metricsText(registry, type) }
      },
    ],
  ])
}
