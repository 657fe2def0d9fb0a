import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import type { Client } from '../client.ts'
import { firstLine } from '../present.ts'

const source = new URL('./client.go', import.meta.url).pathname

/** franz-go: the Go client that speaks every version first. Built once from the Go module proxy. */
export const franzGo: Client = {
  name: 'franz-go 1.22.2',
  fast: false,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare(scratch) {
    const missing = firstLine('go', ['version'])
    if (missing !== undefined) return missing
    const folder = `${scratch}/franz-go`
    mkdirSync(folder, { recursive: true })
    cpSync(source, `${folder}/client.go`)
    const steps = existsSync(`${folder}/go.sum`)
      ? [['build', '-o', 'client', '.']]
      : [
          ['mod', 'init', 'compat'],
          ['get', 'github.com/twmb/franz-go/pkg/kgo@v1.22.2'],
          ['mod', 'tidy'],
          ['build', '-o', 'client', '.'],
        ]
    for (const step of steps) {
      const done = spawnSync('go', step, { cwd: folder, encoding: 'utf8' })
      if (done.status !== 0) return `go ${step[0] ?? ''}: ${done.stderr.trim().split('\n').at(-1) ?? ''}`
    }
    return undefined
  },
  program: (scratch) => [`${scratch}/franz-go/client`],
}
