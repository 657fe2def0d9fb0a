import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Said by the shell when a command has ended; a person sees `$ `. */
const prompt = '\u001B]prompt\u0007'

/** A shell in a terminal of its own (util-linux `script` makes one), into which somebody types. */
export class TerminalSession {
  readonly #child: ChildProcessWithoutNullStreams
  #text = ''
  #from = 0
  #hasEnded = false
  #wake: (() => void)[] = []

  /** `folder` is where it begins, `path` comes first in PATH. */
  constructor(folder: string, env: NodeJS.ProcessEnv) {
    const rc = join(folder, '.shellrc')
    writeFileSync(rc, `PS1='${prompt}'; PS2=''; bind 'set enable-bracketed-paste off' 2>/dev/null; stty -echo cols 400\n`)
    this.#child = spawn('script', ['-qfec', `bash --noprofile --rcfile ${rc} -i`, '/dev/null'], {
      cwd: folder,
      env: { ...env, TERM: 'dumb' },
    })
    const hear = (chunk: Buffer): void => {
      this.#text += chunk.toString()
      for (const wake of this.#wake.splice(0)) wake()
    }
    this.#child.stdout.on('data', hear)
    this.#child.stderr.on('data', hear)
    this.#child.on('close', () => {
      this.#hasEnded = true
      for (const wake of this.#wake.splice(0)) wake()
    })
  }

  /** What came since the last command was typed, in lines. */
  get seen(): string {
    return this.#text.slice(this.#from).replaceAll('\r\n', '\n').replaceAll('\r', '')
  }

  /** Waits for the shell to be ready, and types a command. */
  async command(text: string): Promise<void> {
    await this.until((seen) => seen.endsWith(prompt), 'the prompt of the shell')
    this.#from = this.#text.length
    this.type(`${text}\n`)
  }

  type(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Waits for the end of the command; gives what was seen of it. */
  async ended(): Promise<string> {
    await this.until((seen) => seen.endsWith(prompt), 'the end of the command')
    return this.seen.slice(0, -prompt.length)
  }

  /** Waits until what was seen is as wanted. Rejects after a minute, with what was seen. */
  async until(isThere: (seen: string) => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 60_000
    while (!isThere(this.seen)) {
      if (this.#hasEnded || performance.now() > deadline) throw new Error(`${what} did not come. Seen:\n${this.seen}`)
      await new Promise<void>((next) => {
        const timer = setTimeout(next, 200)
        this.#wake.push(() => {
          clearTimeout(timer)
          next()
        })
      })
    }
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }
}
