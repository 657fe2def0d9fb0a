import { UsageError } from '../../usage-error.ts'
import { durationMs } from './duration.ts'
import { sizeBytes } from './size.ts'

/**
 * `retention.ms=1d` → `['retention.ms', '86400000']`, `segment.bytes=64MiB` → `['segment.bytes', '67108864']`: human units where the name of
 * the setting says what its number counts. Everything else is handed on as it is.
 */
export function settingOf(option: string, given: string): readonly [name: string, value: string] {
  const at = given.indexOf('=')
  if (at <= 0) throw new UsageError(`${option} ${given}: write it as KEY=VALUE, for example retention.ms=1d`)
  const name = given.slice(0, at).trim()
  return [name, plainValue(name, given.slice(at + 1).trim())]
}

export function plainValue(name: string, value: string): string {
  const ms = name.endsWith('.ms') ? durationMs(value) : undefined
  const bytes = name.endsWith('.bytes') ? sizeBytes(value) : undefined
  return String(ms ?? bytes ?? value)
}
