import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { test } from 'node:test'

/** A process that does this with its terminal. */
function run(body: string, stdout: 'pipe' | number = 'pipe'): ChildProcess {
  const program = `import { systemTerminal } from ${JSON.stringify(new URL('system-terminal.ts', import.meta.url).href)}; const terminal = systemTerminal(); ${body}`
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['pipe', stdout, 'pipe'] })
}

async function ending(child: ChildProcess): Promise<{ readonly code: unknown; readonly signal: unknown; readonly err: string }> {
  let err = ''
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code, signal]: readonly unknown[] = await once(child, 'close')
  return { code, signal, err }
}

async function said(child: ChildProcess, words: string): Promise<void> {
  let out = ''
  for await (const chunk of child.stdout ?? []) {
    out += String(chunk)
    if (out.includes(words)) return
  }
}

test('a reader that goes away is told of, and is no failure', async () => {
  const child = run(`
    let lines = 0
    while (!terminal.outputClosed.aborted) { await terminal.out('x'.repeat(1000) + '\\n'); lines++; await new Promise(setImmediate) }
    terminal.err('closed')`)
  child.stdout?.once('data', () => child.stdout?.destroy())
  assert.deepEqual(await ending(child), { code: 0, signal: null, err: 'closed' })
})

test('much may be written without waiting', async () => {
  const child = run(`for (let line = 0; line < 2000; line++) void terminal.out('x'.repeat(100) + '\\n')`)
  let bytes = 0
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.length))
  assert.deepEqual(await ending(child), { code: 0, signal: null, err: '' })
  assert.equal(bytes, 202_000)
})

test('a full disk ends the program with a sentence and 1', { skip: !existsSync('/dev/full') && 'needs /dev/full' }, async () => {
  const { code, err } = await ending(run(`await terminal.out('x\\n')`, openSync('/dev/full', 'w')))
  assert.equal(code, 1)
  assert.match(err, /^The output can not be written: ENOSPC.*\.\n$/)
})

test('who does not look at signals is ended by them; who does goes on once', async () => {
  const deaf = run(`await terminal.out('ready'); setInterval(() => {}, 1000)`)
  const deafEnding = ending(deaf)
  await said(deaf, 'ready')
  deaf.kill('SIGINT')
  assert.equal((await deafEnding).signal, 'SIGINT')

  const careful = run(`
    const ended = new Promise((resolve) => terminal.interrupted.addEventListener('abort', resolve))
    const alive = setInterval(() => {}, 1000)
    await terminal.out('ready')
    await ended
    clearInterval(alive)
    terminal.err('cleaned up')`)
  const carefulEnding = ending(careful)
  await said(careful, 'ready')
  careful.kill('SIGINT')
  assert.deepEqual(await carefulEnding, { code: 0, signal: null, err: 'cleaned up' })
})
