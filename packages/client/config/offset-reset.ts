import { ConfigError } from '@odradek/common/config'

/** Where a partition without a committed offset is begun. */
export type OffsetReset = 'latest' | 'earliest' | 'none' | { readonly byDurationMs: number }

/** Reads `latest`, `earliest`, `none` or `by_duration:P1DT2H`. Throws the config error of common. */
export function readOffsetReset(name: string, text: string): OffsetReset {
  const word = text.toLowerCase()
  if (word === 'latest' || word === 'earliest' || word === 'none') return word
  const duration = /^by_duration:(.*)$/i.exec(text)
  const byDurationMs = duration === null ? undefined : durationMs(duration[1] ?? '')
  if (byDurationMs === undefined) {
    throw ConfigError.invalidValue(name, text, 'It must be latest, earliest, none, or by_duration: and a duration as in by_duration:PT1H')
  }
  return { byDurationMs }
}

/** An ISO 8601 duration of days and smaller units, as `java.time.Duration` reads them, and not negative; else undefined. */
function durationMs(text: string): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,9})?)S)?)?$/i.exec(text)
  if (found === null || /^P$/i.test(text)) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0))
  return Math.trunc((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
}
