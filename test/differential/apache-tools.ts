import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { kit } from '../compat/present.ts'
import type { Line, Seen } from './line.ts'

type Answer = Seen & { readonly id: number }

/** Apache Kafka's tools, all in one JVM (ManyTools.java). */
export class ApacheTools implements AsyncDisposable {
  readonly #jvm: ChildProcess
  readonly #mainClasses: ReadonlyMap<string, string>
  readonly #waiting = new Map<number, (seen: Seen) => void>()
  readonly #ended: Promise<void>
  #asked = 0

  /** Compiles into that folder, and starts. */
  constructor(folder: string) {
    const classPath = kit.classpath()
    const classes = join(folder, 'classes')
    mkdirSync(classes, { recursive: true })
    execFileSync('javac', ['-nowarn', '-XDignore.symbol.file', '-cp', classPath, '-d', classes, source], {
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    this.#mainClasses = mainClasses()
    const logging = `-Dlog4j2.configurationFile=${join(dirname(dirname(classPath)), 'log4j2.properties')}`
    const { COLUMNS: _, ...env } = process.env
    this.#jvm = spawn('java', [...flags, logging, '-cp', `${classes}:${classPath}`, 'ManyTools'], { stdio: ['pipe', 'pipe', 'pipe'], env })
    let complaints = ''
    this.#jvm.stderr?.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-5000)))
    if (this.#jvm.stdout !== null) createInterface({ input: this.#jvm.stdout }).on('line', (line) => this.#answered(JSON.parse(line)))
    this.#ended = new Promise((resolve) => this.#jvm.on('close', () => resolve()))
    void this.#ended.then(() => {
      for (const answer of this.#waiting.values()) answer({ code: null, out: '', err: `The JVM of all tools has ended.\n${complaints}` })
    })
  }

  run(words: readonly string[], { input, until }: Line, limitMs: number): Promise<Seen> {
    const [tool = '', ...args] = words
    const main = this.#mainClasses.get(tool)
    if (main === undefined) throw new Error(`Apache Kafka has no tool ${tool}`)
    const id = this.#asked++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#jvm.stdin?.write(`${JSON.stringify({ id, main, args, input, until, limitMs })}\n`)
    })
  }

  #answered({ id, code, out, err }: Answer): void {
    this.#waiting.get(id)?.({ code, out, err })
    this.#waiting.delete(id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#jvm.stdin?.end()
    await this.#ended
  }
}

const source = new URL('ManyTools.java', import.meta.url).pathname

/** What `tool` of the kit gives to those that live for a second, and what catches exits and shutdown hooks. */
const flags = [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.security.manager=allow',
  '--add-opens',
  'java.base/java.lang=ALL-UNNAMED',
]

function mainClasses(): ReadonlyMap<string, string> {
  const list = execFileSync(kit.path, ['tools'], { encoding: 'utf8' })
  return new Map([...list.matchAll(/^(\S+) +(\S+)$/gm)].map(([, name = '', main = '']) => [name, main]))
}
