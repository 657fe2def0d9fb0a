import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { systemClock, systemTimer } from './system-time.ts'

test('all who ask within one turn are called together, after the input of the turn; a new request waits for the next', async () => {
  const seen: string[] = []
  await new Promise<void>((resolve) => {
    systemTimer.endOfTurn(() => {
      seen.push('a')
      systemTimer.endOfTurn(() => {
        seen.push('next turn')
        resolve()
      })
      setImmediate(() => seen.push('between'))
    })
    systemTimer.endOfTurn(() => seen.push('b'))
    void Promise.resolve().then(() => seen.push('microtask'))
  })
  assert.equal(seen.slice(0, 3).join(), 'microtask,a,b')
  assert.ok(seen.includes('next turn'))
})

test('a timer of the far future neither fires at once nor keeps the process alive', () => {
  const script = `
    import { systemTimer } from ${JSON.stringify(new URL('./system-time.ts', import.meta.url).href)}
    systemTimer.after(30 * 24 * 3600 * 1000, () => console.log('fired'))
    const off = systemTimer.after(1, () => console.log('cancelled timer fired'))
    off.cancel()
    setTimeout(() => console.log('done'), 20)`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(output, 'done\n')
})

test('the monotonic clock does not go back', () => {
  const first = systemClock.monotonic()
  assert.ok(systemClock.monotonic() >= first)
  assert.ok(systemClock.now() > Date.UTC(2026, 0, 1))
})
