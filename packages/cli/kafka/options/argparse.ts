import type { Terminal } from '../../terminal.ts'
import { ArgumentException } from './argparse/argument-exception.ts'
import type { Parsed, ParserSpec } from './argparse/argument-spec.ts'
import { helpOf } from './argparse/help.ts'
import { HelpAsked } from './argparse/help-asked.ts'
import { Reading } from './argparse/reading.ts'
import { Scope } from './argparse/scope.ts'

/**
 * Reads command lines by the rules of argparse4j 0.7, as a third of Kafka's tools do: `--x v`, `--x=v`, `-x v`, `-xv`, flags by their beginnings, commands
 * with options of their own, options of which only one goes.
 *
 * ```ts
 * const parser = new ArgumentParser('verifiable-producer', {
 *   description: 'Sends growing numbers.',
 *   arguments: { topic: { help: 'Where to.', required: true }, acks: { help: 'Who must have it.', type: 'int', default: -1, choices: [0, 1, -1] } },
 * })
 * const { topic, acks } = parser.parse(args)
 * ```
 */
export class ArgumentParser<const Spec extends ParserSpec> {
  readonly #scope: Scope

  constructor(prog: string, spec: Spec) {
    this.#scope = new Scope(prog, spec)
  }

  /** Throws `ArgumentException`, and `HelpAsked`. */
  parse(args: readonly string[]): Parsed<Spec>
  parse(args: readonly string[]): unknown {
    const [main, command] = new Reading(args).read(this.#scope)
    return command === undefined ? main?.values : { command: command.scope.command, main: main?.values, values: command.values }
  }

  /** What a tool finds wrong with options that are fine one by one. */
  exception(message: string): ArgumentException {
    return new ArgumentException(message, this.#scope)
  }

  /** What `--help` shows. */
  help(width: number): string {
    return helpOf(this.#scope, width)
  }
}

/**
 * Shows an error of the command line, or help if it was asked for, where Kafka's tools show it. Says which it was; whatever else was thrown is thrown again.
 */
export function showRefusal(error: unknown, terminal: Terminal): 'error' | 'help' {
  if (error instanceof HelpAsked) {
    void terminal.out(error.screen(formatWidth(terminal)))
    return 'help'
  }
  if (!(error instanceof ArgumentException)) throw error
  terminal.err(error.screen(formatWidth(terminal)))
  return 'error'
}

/** Five columns less than the terminal has; 75 where nobody knows. */
export function formatWidth({ env, columns }: Pick<Terminal, 'env' | 'columns'>): number {
  const { COLUMNS } = env
  const width = (COLUMNS === undefined ? (columns ?? 0) : /^[+-]?\d+$/.test(COLUMNS) ? Number(COLUMNS) : 0) - 5
  return width <= 0 ? 75 : width
}
