import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

export interface BenchArguments {
  /** Parts of case names; empty for all but the long ones. */
  readonly cases: readonly string[]
  readonly pairs: number
  /** Length of one run. */
  readonly seconds: number
  readonly quick: boolean
  readonly port: number
  readonly directory: string
  /** Another way to start ours. */
  readonly command: string | undefined
  readonly only: string | undefined
  /** File that the line of JSON is added to. */
  readonly json: string | undefined
  readonly list: boolean
  readonly help: boolean
}

export const help = `npm run bench -- broker [options]

  --case NAME       only cases with this in their name; may be repeated
  --list            say which cases there are
  --quick           two short pairs each, hardly warmed up: to see that it works, not to quote
  --pairs N         pairs of runs for each case (default 5)
  --seconds S       length of one run under load (default 3)
  --only WHO        odradek or apache-kafka alone, without ratios
  --ours COMMAND    how to start ours; {port}, {directory} and {settings} are filled in
  --port P          ours listens here, Apache on P + 10 (default 29092)
  --dir DIR         where the data goes; it should be a real disk (default: the system's temporary folder)
  --json FILE       add the line of JSON to this file too
`

/** Throws when an option is not known or has no sense. */
export function parseArguments(words: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      case: { type: 'string', multiple: true },
      list: { type: 'boolean' },
      quick: { type: 'boolean' },
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      ours: { type: 'string' },
      port: { type: 'string' },
      dir: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const quick = values.quick ?? false
  return {
    cases: values.case ?? [],
    pairs: positive('--pairs', values.pairs, quick ? 2 : 5),
    seconds: positive('--seconds', values.seconds, quick ? 1 : 3),
    quick,
    port: positive('--port', values.port, 29_092),
    directory: values.dir ?? join(tmpdir(), `odradek-bench-data-${process.pid}`),
    command: values.ours,
    only: values.only,
    json: values.json,
    list: values.list ?? false,
    help: values.help ?? false,
  }
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, not '${text}'`)
  return value
}
