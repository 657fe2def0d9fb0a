import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogLevels } from '@odradek/common/logging'
import { Keys } from './keys.ts'

function keys() {
  const levels = new LogLevels()
  const said: string[] = []
  const quits: number[] = []
  const pressed = new Keys({
    levels,
    bootstrap: 'localhost:9092',
    http: null,
    quit: () => quits.push(1),
    say: (text) => said.push(text),
    write: () => undefined,
  })
  return { pressed, levels, said, quits }
}

test('l quietens the logs and brings them back', () => {
  const { pressed, levels, said } = keys()
  pressed.press('l')
  assert.equal(levels.of('broker'), 'warn')
  pressed.press('l')
  assert.equal(levels.of('broker'), 'info')
  assert.deepEqual(said, ['logs: warnings only', 'logs: all'])
})

test('r shows every request, and no more', () => {
  const { pressed, levels } = keys()
  pressed.press('r')
  assert.equal(levels.of('request'), 'debug')
  assert.equal(levels.of('broker'), 'info')
  pressed.press('r')
  assert.equal(levels.of('request'), 'info')
})

test('q and Ctrl-C quit; h says what keys there are; others do nothing', () => {
  const { pressed, said, quits } = keys()
  for (const key of ['q', '\u0003', 'x', 'h']) pressed.press(key)
  assert.equal(quits.length, 2)
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /q quit/)
})
