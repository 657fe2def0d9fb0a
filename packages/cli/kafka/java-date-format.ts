import { illegalArgument } from './java-error.ts'

/**
 * Writes moments as Java's `SimpleDateFormat` does with a pattern like `yyyy-MM-dd HH:mm:ss:SSS`, in the time of this place and in English.
 * Weeks (`w`, `W`, `Y`) are not there: when they begin is a matter of countries.
 */
export function dateFormat(pattern: string): (ms: number) => string {
  const fields = parse(pattern)
  return (ms) => {
    const date = new Date(ms)
    return fields.map((field) => (typeof field === 'string' ? field : field(date))).join('')
  }
}

type Field = string | ((date: Date) => string)

function parse(pattern: string): readonly Field[] {
  const fields: Field[] = []
  // A quoted text, two quotes for one, a run of one letter, or anything else.
  for (const [piece] of pattern.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (!piece.startsWith("'")) fields.push(/^[A-Za-z]/.test(piece) ? fieldOf(piece) : piece)
    else if (piece === "''") fields.push("'")
    else if (piece.length === 1 || !piece.endsWith("'")) throw illegalArgument('Unterminated quote')
    else fields.push(piece.slice(1, -1).replaceAll("''", "'"))
  }
  return fields
}

function fieldOf(run: string): Field {
  const letter = run.charAt(0)
  const length = run.length
  const number =
    (of: (date: Date) => number): Field =>
    (date) =>
      String(of(date)).padStart(length, '0')
  switch (letter) {
    case 'G':
      return 'AD'
    case 'y':
      return length === 2 ? (date) => String(date.getFullYear() % 100).padStart(2, '0') : number((date) => date.getFullYear())
    case 'M':
    case 'L':
      return length > 2 ? named({ month: length > 3 ? 'long' : 'short' }) : number((date) => date.getMonth() + 1)
    case 'd':
      return number((date) => date.getDate())
    case 'D':
      return number((date) => dayOfYear(date))
    case 'F':
      return number((date) => Math.ceil(date.getDate() / 7))
    case 'E':
      return named({ weekday: length > 3 ? 'long' : 'short' })
    case 'u':
      return number((date) => date.getDay() || 7)
    case 'a':
      return (date) => (date.getHours() < 12 ? 'AM' : 'PM')
    case 'H':
      return number((date) => date.getHours())
    case 'k':
      return number((date) => date.getHours() || 24)
    case 'K':
      return number((date) => date.getHours() % 12)
    case 'h':
      return number((date) => date.getHours() % 12 || 12)
    case 'm':
      return number((date) => date.getMinutes())
    case 's':
      return number((date) => date.getSeconds())
    case 'S':
      return number((date) => date.getMilliseconds())
    case 'z':
      return zoneName(length > 3 ? 'long' : 'short')
    case 'Z':
      return (date) => offset(date, '')
    case 'X':
      return isoOffset(length)
    case 'w':
    case 'W':
    case 'Y':
      throw illegalArgument(`Weeks are not supported: leave '${letter}' out of the date format`)
    default:
      throw illegalArgument(`Illegal pattern character '${letter}'`)
  }
}

function named(options: Intl.DateTimeFormatOptions): Field {
  const format = new Intl.DateTimeFormat('en-US', options)
  return (date) => format.format(date)
}

function zoneName(timeZoneName: 'short' | 'long'): Field {
  const format = new Intl.DateTimeFormat('en-US', { timeZoneName })
  return (date) => format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

function isoOffset(length: number): Field {
  if (length > 3) throw illegalArgument(`invalid ISO 8601 format: length=${length}`)
  return (date) => {
    if (date.getTimezoneOffset() === 0) return 'Z'
    return length === 1 ? offset(date, '').slice(0, 3) : offset(date, length === 3 ? ':' : '')
  }
}

/** `+0130` */
function offset(date: Date, between: string): string {
  const minutes = -date.getTimezoneOffset()
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${between}${String(rest).padStart(2, '0')}`
}

function dayOfYear(date: Date): number {
  const day = (of: Date): number => Date.UTC(of.getFullYear(), of.getMonth(), of.getDate())
  return 1 + (day(date) - Date.UTC(date.getFullYear(), 0, 1)) / (24 * 3600 * 1000)
}
