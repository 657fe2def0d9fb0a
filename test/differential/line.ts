import type { Place } from './place.ts'

export { ways, wordsOf } from './words.ts'
export type { Way } from './words.ts'

/** One command line, as it is typed: `$BROKER` and `$FOLDER` stand for where it happens. */
export interface Line {
  readonly text: string
  /** What comes through stdin, up to its end. */
  readonly input?: string
  /** For tools that run until they are stopped: SIGTERM as soon as stdout has these words. */
  readonly until?: string
  /** Ours runs as a process of its own, as a person starts it: real exit code, real pipes. */
  readonly asProcess?: true
  /** Takes more than a second or two; left out with `--fast`. */
  readonly isSlow?: true
  /** Lines of stdout may come in any order. */
  readonly inAnyOrder?: true
}

/** Command lines that are run one after the other, on a ground that is laid for them. */
export interface Scene {
  readonly name: string
  /** Nobody is asked: whose broker it is makes no difference, and each tool is run once. */
  readonly asksNobody?: true
  /** What must be there first: topics, records, groups. What it gives is disposed of after the last line. */
  readonly prepare?: (place: Place) => Promise<AsyncDisposable | undefined>
  readonly lines: readonly Line[]
}

/** What a person sees of a command. The code is null when its time was over. */
export interface Seen {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly tookMs?: number
}

type LineOptions = Omit<Line, 'text'>

export function line(text: string, options: LineOptions = {}): Line {
  return { text, ...options }
}

/** Lines that have nothing special about them. */
export function lines(...texts: readonly string[]): readonly Line[] {
  return texts.map((text) => line(text))
}
