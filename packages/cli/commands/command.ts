import type { Admin, Kafka } from '@odradek/client'
import type { Terminal } from '../terminal.ts'
import { readCommandLine, valuesOf } from './command-line.ts'
import { connectionOptions } from './connection/client-settings.ts'
import type { ClientSettings } from './connection/client-settings.ts'
import { flag, text } from './options.ts'
import type { Options, ValuesOf } from './options.ts'
import type { Output } from './output/output.ts'
import { outputFormats } from './output/output.ts'

/** What a command works with. */
export interface Scene<O extends Options> {
  readonly options: ValuesOf<O>
  /** What stands on the command line beside the options. */
  readonly words: readonly string[]
  readonly terminal: Terminal
  readonly output: Output
  /** Made when it is first asked for, closed when the command has ended. */
  readonly kafka: () => Promise<Kafka>
  readonly admin: () => Promise<Admin>
  /** Settings of the client, from all places that say any. */
  readonly settings: ClientSettings
  /** Waits so long and no longer, for whatever is asked of the cluster. */
  readonly timeoutMs: number
  readonly now: () => number
}

/** What every command takes. */
export const commonOptions = {
  ...connectionOptions,
  output: text('FORM', `how to write what was found: ${outputFormats.join(', ')}`, { short: 'o', choices: outputFormats }),
  json: flag('the same as -o json'),
  timeout: text('DURATION', 'how long to wait for the cluster: 30s'),
  debug: flag('show the stack of an error, and what the client logs'),
  help: flag('say all this', { short: 'h' }),
}

/** What is said of a verb of the `odradek` command. */
interface About {
  /** `topic create`. */
  readonly path: string
  /** A sentence without its full stop. */
  readonly summary: string
  /** What stands beside the options: `NAME…`, `[NAME…]`, or nothing. */
  readonly words: string
  readonly examples?: readonly string[]
  /** What a word may be, for completion. */
  readonly completes?: 'topic' | 'group'
}

/** A verb as it is written down. */
export interface Definition<O extends Options> extends About {
  readonly options: O
  /** Gives the exit code; nothing is 0. */
  readonly run: (scene: Scene<O>) => Promise<number | void>
}

/** A verb as it is run. */
export interface Command extends About {
  readonly options: Options
  /** Reads a command line, all but what is found wrong later. @throws UsageError */
  readonly read: (args: readonly string[]) => ReadCommand
}

export interface ReadCommand {
  readonly common: ValuesOf<typeof commonOptions>
  readonly run: (scene: Omit<Scene<Options>, 'options' | 'words'>) => Promise<number | void>
}

/** Makes a verb of what is written down of it: the types of its options reach its `run`. */
export function command<O extends Options>({ run, ...about }: Definition<O>): Command {
  return {
    ...about,
    read(args) {
      const line = readCommandLine({ ...commonOptions, ...about.options }, args)
      const options = valuesOf(about.options, line)
      return { common: valuesOf(commonOptions, line), run: (scene) => run({ ...scene, options, words: line.words }) }
    },
  }
}
