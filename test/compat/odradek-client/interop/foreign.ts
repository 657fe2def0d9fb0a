import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { firstLine, kit, nodeKit } from '../../present.ts'

const here = (file: string): string => new URL(file, import.meta.url).pathname
const classes = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'odradek-compat', 'interop')

/** The languages that can stand beside us. */
export type Language = 'java' | 'librdkafka' | 'kafkajs'

/** Why one can't run here, or undefined when it can. */
export function missing(language: Language): string | undefined {
  if (language === 'java') return firstLine('java', ['-version']) ?? firstLine('javac', ['-version']) ?? kit.missing() ?? compile()
  if (language === 'kafkajs') return nodeKit.missing()
  return firstLine('python3', ['-c', 'import confluent_kafka']) && 'pip install confluent-kafka==2.16.1'
}

function compile(): string | undefined {
  mkdirSync(classes, { recursive: true })
  const built = spawnSync('javac', ['-cp', kit.classpath(), '-d', classes, here('Interop.java')], { encoding: 'utf8' })
  return built.status === 0 && existsSync(`${classes}/Interop.class`) ? undefined : `javac: ${built.stderr.split('\n')[0] ?? ''}`
}

function javaProgram(args: readonly string[]): readonly [string, ...string[]] {
  return ['java', '-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${classes}:${kit.classpath()}`, 'Interop', ...args]
}

/** Runs a command of Interop.java to its end. */
export function java(args: readonly string[], input = ''): readonly string[] {
  const [program, ...rest] = javaProgram(args)
  return execFileSync(program, rest, { input, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['pipe', 'pipe', 'ignore'] })
    .trimEnd()
    .split('\n')
}

/** A member of a group in another language, in a process of its own. */
export class ForeignMember implements AsyncDisposable {
  /** Its partitions, as it said last. */
  assignment: readonly number[] = []
  /** `partition@offset value` of each record that it got. */
  readonly records: string[] = []
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #ended: Promise<unknown>
  #said = ''

  constructor(language: Language, bootstrap: string, topic: string, settings: Readonly<Record<string, string | number>>) {
    const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`)
    const [program = '', ...args] =
      language === 'java'
        ? javaProgram(['member', bootstrap, topic, ...pairs])
        : language === 'librdkafka'
          ? ['python3', here('librdkafka.py'), bootstrap, topic, ...pairs]
          : [...nodeKit.run(here('kafkajs.mjs')), bootstrap, topic, String(settings['group.id'])]
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#ended = once(this.#child, 'close')
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#said = `${this.#said}${chunk.toString()}`.slice(-2000)))
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line))
  }

  /** What it complained of. */
  get said(): string {
    return this.#said
  }

  /** Lets it leave its group, and waits until it has. */
  async stop(): Promise<void> {
    if (!this.#child.stdin.writableEnded) this.#child.stdin.end()
    await this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #take(line: string): void {
    const [kind, ...rest] = line.split(' ')
    if (kind === 'assigned') this.assignment = rest[0] === undefined || rest[0] === '' ? [] : rest[0].split(',').map(Number)
    if (kind === 'record') this.records.push(`${rest[0]}@${rest[1]} ${rest.slice(2).join(' ')}`)
  }
}
