import { spawn } from 'node:child_process'
import type { LogLevels } from '@odradek/common/logging'

/** What single keys do while a broker runs in a terminal. */
export interface KeyDeeds {
  readonly levels: LogLevels
  readonly bootstrap: string
  readonly http: string | null
  readonly quit: () => void
  readonly say: (text: string) => void
  readonly write: (text: string) => void
}

export const keysHelp = 'd demo data · l logs · r request log · o metrics in the browser · q quit · h help'

/**
 * Listens to single keys where there is a terminal; gives what ends it. Ctrl-C stays what it is.
 */
export function listenToKeys(input: NodeJS.ReadStream, deeds: KeyDeeds): () => void {
  if (!input.isTTY) return () => undefined
  const keys = new Keys(deeds)
  const heard = (chunk: Buffer): void => {
    for (const key of chunk.toString()) keys.press(key)
  }
  input.setRawMode(true)
  input.resume()
  input.on('data', heard)
  return () => {
    keys.close()
    input.off('data', heard)
    input.setRawMode(false)
    input.pause()
  }
}

/** The keys themselves. */
export class Keys {
  readonly #deeds: KeyDeeds
  #logs = true
  #requests = false
  #demo: { kill(): void } | undefined

  constructor(deeds: KeyDeeds) {
    this.#deeds = deeds
  }

  press(key: string): void {
    const { levels, say, quit } = this.#deeds
    switch (key) {
      case 'h':
      case '?':
        return say(keysHelp)
      case 'l':
        this.#logs = !this.#logs
        levels.set('', this.#logs ? 'info' : 'warn')
        return say(this.#logs ? 'logs: all' : 'logs: warnings only')
      case 'r':
        this.#requests = !this.#requests
        if (this.#requests) levels.set('request', 'debug')
        else levels.reset('request')
        return say(this.#requests ? 'request log: on' : 'request log: off')
      case 'd':
        return this.#toggleDemo()
      case 'o':
        return this.#openBrowser()
      case 'q':
      case '\u0003':
        return quit()
      case '\r':
      case '\n':
        return this.#deeds.write('\n')
      default:
        return undefined
    }
  }

  close(): void {
    this.#demo?.kill()
  }

  #toggleDemo(): void {
    const { say, bootstrap } = this.#deeds
    if (this.#demo !== undefined) {
      this.#demo.kill()
      this.#demo = undefined
      return say('demo: off')
    }
    const child = spawn(process.execPath, [process.argv[1] ?? '', 'demo', '-b', bootstrap], { stdio: 'ignore' })
    this.#demo = { kill: () => void child.kill('SIGTERM') }
    child.on('error', (error) => say(`demo: ${error.message}`))
    child.on('close', () => (this.#demo = undefined))
    say('demo: a shop fills topics shop.*; d again ends it')
  }

  #openBrowser(): void {
    const { http, say } = this.#deeds
    if (http === null) return say('HTTP is switched off (http.port=-1)')
    const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open'
    const child = spawn(opener, [`${http}/metrics`], { stdio: 'ignore', detached: true })
    child.on('error', () => say(`open ${http}/metrics yourself: there is no ${opener} here`))
    child.unref()
  }
}
