import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verdictOf } from './compare.ts'
import type { SeenByWay, Verdict } from './compare.ts'
import { diff } from './diff.ts'
import type { Difference } from './differences.ts'
import { line, wordsOf } from './line.ts'
import type { Seen } from './line.ts'

const seen = (out: string): Seen => ({ code: 0, out, err: '' })
const verdict = (shown: { readonly [way in 'A/A' | 'O/O' | 'O/A' | 'A/O']: string }, ...listed: readonly Difference[]): Verdict => {
  const { 'A/A': aa, 'O/O': oo, 'O/A': oa, 'A/O': ao } = shown
  return verdictOf(line('kafka-x'), new Map([['A/A', seen(aa)] as const, ['O/O', seen(oo)], ['O/A', seen(oa)], ['A/O', seen(ao)]]), listed)
}
const listed = (rest: Partial<Difference>): Difference => ({ name: 'of a test', reason: '', lines: [], ...rest })
const wrong = (says: string): Verdict => ({ kind: 'wrong', says })

test('equal is equal', () => {
  assert.deepEqual(verdict({ 'A/A': 'a', 'O/O': 'a', 'O/A': 'a', 'A/O': 'a' }), { kind: 'equal' })
  assert.deepEqual(verdict({ 'A/A': 'a', 'O/O': 'a', 'O/A': 'b', 'A/O': 'a' }), wrong('differs'))
})

test('a difference of the tool shows on both brokers alike, one of the broker with both tools', () => {
  const [tool, broker] = [listed({ of: 'tool' }), listed({ of: 'broker' })]
  const ofTool = { 'A/A': 'a', 'O/O': 'b', 'O/A': 'b', 'A/O': 'a' }
  const ofBroker = { 'A/A': 'a', 'O/O': 'b', 'O/A': 'a', 'A/O': 'b' }
  assert.deepEqual(verdict(ofTool, tool), { kind: 'listed', differences: [tool] })
  assert.deepEqual(verdict(ofBroker, broker), { kind: 'listed', differences: [broker] })
  for (const [shown, of] of [
    [ofTool, broker],
    [ofBroker, tool],
  ] as const)
    assert.deepEqual(verdict(shown, of), wrong('differs otherwise than "of a test" would have it'))
})

test('what is listed and does not differ any more is wrong', () => {
  const same = { 'A/A': 'a', 'O/O': 'a', 'O/A': 'a', 'A/O': 'a' }
  const idle = wrong('does not differ any more: take it out of "of a test"')
  assert.deepEqual(verdict(same, listed({ of: 'tool' })), idle)
  assert.deepEqual(verdict(same, listed({ of: 'both' })), idle)
  assert.deepEqual(verdict(same, listed({ forgets: (each) => each })), idle)
})

test('what is taken away may differ, the rest may not; two may be needed together, and each must be', () => {
  const without = (words: string): Difference =>
    listed({ name: words, forgets: ({ code, out, err }) => ({ code, out: out.replace(words, ''), err }) })
  const shown = { 'A/A': 'one two three', 'O/O': 'one three', 'O/A': ' two three', 'A/O': 'one two three' }
  const both = [without('one'), without(' two')]
  assert.deepEqual(verdict(shown, ...both), { kind: 'listed', differences: both })
  assert.deepEqual(verdict(shown, without('one')), wrong('differs otherwise than "one" would have it'))
  assert.deepEqual(verdict(shown, ...both, without('four')), wrong('does not differ any more: take it out of "four"'))
})

test('a command that did not end is wrong, even where all did not', () => {
  const late: Seen = { code: null, out: '', err: '' }
  assert.deepEqual(verdictOf(line('kafka-x'), new Map([['A/A', late] as const, ['O/O', late]]), []), wrong('did not end in time: A/A, O/O'))
})

test('lines in any order are compared so', () => {
  const shuffled: SeenByWay = new Map([
    ['A/A', seen('a\nb\n')],
    ['O/O', seen('b\na\n')],
  ])
  assert.deepEqual(verdictOf(line('kafka-x'), shuffled, []), wrong('differs'))
  assert.deepEqual(verdictOf(line('kafka-x', { inAnyOrder: true }), shuffled, []), { kind: 'equal' })
})

test('a command line is taken apart as a shell does it', () => {
  assert.deepEqual(wordsOf(`kafka-x --a 'b c' "d 'e'" --f='g h' *`), ['kafka-x', '--a', 'b c', "d 'e'", '--f=g h', '*'])
})

test('a difference is told by its lines', () => {
  assert.deepEqual(diff('a\nb\nc', 'a\nx\nc\nd'), ['- b', '+ x', '+ d'])
})
