import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a command of the generator has printed: numbers by name, and distributions in milliseconds. */
export interface LoadResult {
  readonly numbers: Readonly<Record<string, number>>
  readonly distributions: Readonly<Record<string, Distribution>>
}

export interface Distribution {
  readonly count: number
  readonly p50?: number
  readonly p99?: number
  /** Only from 10 000 samples on. */
  readonly p999?: number
  readonly max?: number
}

export type LoadOptions = Readonly<Record<string, string | number>>

/** The load generator, compiled when its sources are newer than the program. */
export class Load {
  readonly #program: string

  constructor() {
    this.#program = compiled()
  }

  /** Runs one command to its end. Throws with what it said on stderr when it fails. */
  async run(command: string, options: LoadOptions): Promise<LoadResult> {
    const child = spawn(this.#program, [command, ...words(options)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [output, complaint] = [collected(child.stdout), collected(child.stderr)]
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
    if (status !== 0) throw new Error(`load ${command} ${words(options).join(' ')}: ${complaint().trim() || `status ${status}`}`)
    return parsed(output())
  }

  /** Starts a command that stays; gives its first answer, and a way to end it. */
  async hold(command: string, options: LoadOptions): Promise<{ readonly result: LoadResult; release(): Promise<void> }> {
    const child = spawn(this.#program, [command, ...words(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const line = await Promise.race([
      new Promise<string>((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString()))),
      ended,
    ])
    if (line === undefined) throw new Error(`load ${command} ended at once`)
    const release = (): Promise<void> => {
      child.stdin.end()
      return ended
    }
    return { result: parsed(line), release }
  }
}

const words = (options: LoadOptions): string[] => Object.entries(options).map(([name, value]) => `${name}=${value}`)

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.on('data', (piece: Buffer) => (text += piece.toString()))
  return () => text
}

function parsed(line: string): LoadResult {
  const numbers: Record<string, number> = {}
  const distributions: Record<string, Distribution> = {}
  const printed: Readonly<Record<string, number | Distribution>> = JSON.parse(line)
  for (const [name, value] of Object.entries(printed)) {
    if (typeof value === 'number') numbers[name] = value
    else distributions[name] = value
  }
  return { numbers, distributions }
}

function compiled(): string {
  const sources = readdirSync(import.meta.dirname).filter((name) => /\.[ch]$/.test(name))
  const newest = Math.max(...sources.map((name) => statSync(join(import.meta.dirname, name)).mtimeMs))
  const directory = join(tmpdir(), `odradek-bench-${process.getuid?.() ?? 0}`)
  const program = join(directory, 'load')
  if (existsSync(program) && statSync(program).mtimeMs > newest) return program
  mkdirSync(directory, { recursive: true })
  const files = sources.filter((name) => name.endsWith('.c'))
  execFileSync('gcc', ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-march=native', '-Wall', '-Wextra', '-o', program, ...files, '-lm'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  })
  return program
}
