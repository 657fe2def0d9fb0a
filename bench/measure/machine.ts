import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, loadavg, release, totalmem } from 'node:os'

/** What the figures were taken on. Figures of two machines cannot be compared, ratios can. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  /** File system and device that hold the data. */
  readonly fileSystem: string
  readonly node: string
  readonly java: string
  readonly commit: string
  /** Processes that wanted to run in the minute before. */
  readonly loadAverage: number
}

export function describeMachine(directory: string): Machine {
  const processor = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? arch()
  return {
    processor,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fileSystem: lineOf('df', ['--output=fstype,source', directory], 1).replaceAll(/\s+/g, ' '),
    node: process.version,
    java: lineOf('java', ['--version'], 0),
    commit: lineOf('git', ['-C', import.meta.dirname, 'describe', '--always', '--dirty'], 0),
    loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

/** One line of what a program says, or a word that it is not there. */
function lineOf(program: string, words: readonly string[], line: number): string {
  try {
    const lines = execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
    return lines[line]?.trim() ?? ''
  } catch {
    return 'unknown'
  }
}
