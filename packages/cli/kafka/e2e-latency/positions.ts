import { Terse } from '../terse.ts'

/** The options that the arguments of Kafka before 4.2 stood for, by their places. */
const places = ['bootstrap-server', 'topic', 'num-records', 'producer-acks', 'record-size', 'command-config']

/**
 * Command lines as they were before 4.2, without names, as they are now. Undefined when it is one with names already, or empty; throws `Terse` when it is
 * neither.
 */
export function withNames(args: readonly string[]): readonly string[] | undefined {
  if (args.length === 0 || args.some((arg) => places.slice(0, 5).some((name) => arg === `--${name}`))) return undefined
  if (args.length === 5 || args.length === 6) return args.flatMap((arg, index) => [`--${places[index] ?? ''}`, arg])
  throw new Terse(
    `Invalid number of arguments. Expected 5 or 6 positional arguments, but got ${args.length}. ` +
      'Usage: bootstrap-server topic num-records producer-acks record-size [optional] command-config',
  )
}
