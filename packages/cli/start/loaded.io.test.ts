import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

/** What Node has loaded of its own when a broker is ready, by the names of its modules. */
async function loadedAtStart(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-loaded-'))
  const program = join(import.meta.dirname, '..', 'odradek.js')
  const looksWhenReady = `
    process.argv = [process.argv[0], ${JSON.stringify(program)}, 'start', '--port', '0', '--override', 'http.port=0', '--data-dir', ${JSON.stringify(folder)}]
    const write = process.stdout.write.bind(process.stdout)
    process.stdout.write = (line) => {
      if (!line.includes('"ready"')) return true
      write(process.moduleLoadList.join('\\n'))
      process.kill(process.pid, 'SIGTERM')
      return true
    }
    import(${JSON.stringify(program)})`
  try {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', looksWhenReady], { stdio: ['ignore', 'pipe', 'inherit'] })
    const names = await text(child.stdout)
    return names.split('\n').map((name) => name.replace(/^(?:NativeModule|Internal Binding) /, ''))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a start loads nothing of Node that costs megabytes and is not needed yet', async () => {
  const loaded = await loadedAtStart()
  assert(loaded.includes('net'), 'the list is there')
  const heavy = ['_http_server', 'http_parser', 'internal/deps/undici/undici', 'tls']
  assert.deepEqual(
    heavy.filter((name) => loaded.includes(name)),
    [],
  )
})
