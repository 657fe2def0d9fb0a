import { UserError } from '@odradek/common/errors'

/** Milliseconds, or a number with its unit: `1500`, `'200 ms'`, `'30 s'`, `'5 minutes'`, `'1 day'`, `'2 weeks'`. */
export type Duration = number | string

/** Throws a `UserError` for what is no length of time. */
export function milliseconds(duration: Duration): number {
  if (typeof duration === 'number') {
    if (duration >= 0 && Number.isFinite(duration)) return duration
    throw new UserError(`${duration} is no length of time: give milliseconds from 0 on, or a text as in '30 s'`)
  }
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(duration) ?? []
  const unitMs = unitsMs.get(unit.toLowerCase())
  if (unitMs === undefined)
    throw new UserError(`'${duration}' is no length of time: write a number and a unit, as in '200 ms', '30 s', '5 minutes', '1 day'`)
  return Number(number) * unitMs
}

const unitsMs: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: ['ms', 'millisecond', 'milliseconds'],
    1_000: ['s', 'sec', 'second', 'seconds'],
    60_000: ['m', 'min', 'minute', 'minutes'],
    3_600_000: ['h', 'hour', 'hours'],
    86_400_000: ['d', 'day', 'days'],
    604_800_000: ['w', 'week', 'weeks'],
  }).flatMap(([ms, names]) => names.map((name): [string, number] => [name, Number(ms)])),
)
