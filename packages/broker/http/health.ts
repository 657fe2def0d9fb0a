import { json, text } from './http-answer.ts'
import type { HttpRoute, HttpRoutes } from './http-answer.ts'

/** One thing that has to be right. */
export interface HealthCheck {
  readonly name: string
  look(): HealthReport | Promise<HealthReport>
}

export interface HealthReport {
  readonly isOk: boolean
  /** A sentence: how it is, and what to do when it is not right. */
  readonly says: string
}

/**
 * `/livez`: the process answers, so there is no use in restarting it; a long recovery is alive.
 * `/readyz`: clients may be sent here, which is when all checks are right.
 * `/health` and `/healthz`: the same as JSON, each check with a sentence. Not right is 503.
 */
export function healthRoutes(checks: readonly HealthCheck[]): HttpRoutes {
  const health = async () => {
    const results = await Promise.all(checks.map(lookAt))
    const isOk = results.every((result) => result.isOk)
    const found = Object.fromEntries(
      results.map(({ name, ...report }) => [name, { status: report.isOk ? 'ok' : 'failing', says: report.says }]),
    )
    return json(isOk ? 200 : 503, { status: isOk ? 'ok' : 'failing', checks: found })
  }
  const ready = async () => {
    const failing = (await Promise.all(checks.map(lookAt))).filter(({ isOk }) => !isOk)
    return failing.length === 0 ? text(200, 'ok') : text(503, failing.map(({ name, says }) => `${name}: ${says}`).join('\n'))
  }
  return new Map<string, HttpRoute>([
    ['/livez', () => text(200, 'ok')],
    ['/readyz', ready],
    ['/health', health],
    ['/healthz', health],
  ])
}

async function lookAt(check: HealthCheck): Promise<HealthReport & { readonly name: string }> {
  try {
    return { name: check.name, ...(await check.look()) }
  } catch (error) {
    return { name: check.name, isOk: false, says: `The check failed: ${error instanceof Error ? error.message : String(error)}` }
  }
}
