import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a running broker says of itself in its data directory, for `odradek status`. */
export interface Running {
  readonly pid: number
  readonly version: string
  readonly startedAt: string
  readonly bootstrap: string
  readonly listeners: readonly string[]
  /** Where health and metrics are served; null when switched off. */
  readonly http: string | null
}

const pathIn = (dataDir: string): string => join(dataDir, 'odradek-running.json')

/** Whether it could be written; on a full disk it cannot, and the broker is not worse for that. */
export function writeRunning(dataDir: string, running: Running): boolean {
  try {
    writeFileSync(pathIn(dataDir), `${JSON.stringify(running, null, 2)}\n`)
    return true
  } catch {
    return false
  }
}

export function removeRunning(dataDir: string): void {
  try {
    rmSync(pathIn(dataDir), { force: true })
  } catch {
    // Who reads it finds that the process is gone.
  }
}

/** Undefined when nothing runs there, also when the file was left behind by a process that is gone. */
export function readRunning(dataDir: string): Running | undefined {
  try {
    const running: Running = JSON.parse(readFileSync(pathIn(dataDir), 'utf8'))
    process.kill(running.pid, 0)
    return running
  } catch {
    return undefined
  }
}
