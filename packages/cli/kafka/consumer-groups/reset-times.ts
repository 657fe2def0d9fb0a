import { JavaError } from '../java-error.ts'

/** Milliseconds of `2026-11-28T10:00:00.000`, which is UTC when it names no zone. Throws as Kafka's `Utils.getDateTime`, wrapped as the tool wraps it. */
export function dateTimeMs(text: string): number {
  const unreadable = (message: string): JavaError => {
    const cause = new JavaError('java.text.ParseException', message)
    return new JavaError('java.lang.RuntimeException', `java.text.ParseException: ${message}`, { cause })
  }
  const [, time] = text.split('T')
  if (time === undefined) throw unreadable("Error parsing timestamp. It does not contain a 'T' according to ISO8601 format")
  const zoned = /[Z+-]/.test(time) ? text : `${text}Z`
  const found = /^(\d{1,4}-\d{1,2}-\d{1,2}T\d{1,2}:\d{1,2}:\d{1,2}\.\d{1,3})(Z|[+-]\d{2}(?::?\d{2})?)$/.exec(zoned)
  const at = found === null ? Number.NaN : Date.parse(isoOf(found[1] ?? '', found[2] ?? 'Z'))
  if (Number.isNaN(at)) throw unreadable(`Unparseable date: "${zoned}"`)
  return at
}

function isoOf(moment: string, zone: string): string {
  const [date = '', time = ''] = moment.split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const [hour = '', minute = '', rest = ''] = time.split(':')
  const [second = '', ms = ''] = rest.split('.')
  const two = (digits: string): string => digits.padStart(2, '0')
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
  return `${year.padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${ms.padStart(3, '0')}${offset}`
}

/** Milliseconds of an ISO 8601 duration as `java.time.Duration` reads it: `P1DT2H`, `PT10M`, `-PT1.5S`. */
export function isoDurationMs(text: string): number {
  const found = /^([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i.exec(text)
  if (found === null || (found[2] === undefined && found[3] === undefined) || found[3] === 'T')
    throw new JavaError('java.time.format.DateTimeParseException', 'Text cannot be parsed to a Duration')
  const [, sign, days = '0', , hours = '0', minutes = '0', seconds = '0', fraction = ''] = found
  const parts = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  const nanos = Number(fraction.padEnd(9, '0')) * (seconds.startsWith('-') ? -1 : 1)
  return (sign === '-' ? -1 : 1) * (parts * 1000 + Math.trunc(nanos / 1e6))
}
