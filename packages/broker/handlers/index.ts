import type { Handler } from '../handler.ts'
import type { Services } from '../services.ts'

/** Every API that this broker serves. What is in this list is what ApiVersions announces; there is no second list. */
export function allHandlers(services: Services): readonly Handler[] {
  const handlers: Handler[] = []
  return handlers
}
