import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EncodedAnswers } from './encoded-answers.ts'

test('an answer is encoded once for each kind of client and each state', () => {
  const answers = new EncodedAnswers<{ readonly revision: number }>()
  let encoded = 0
  const ask = (state: { readonly revision: number }, kind: string): number => {
    const { body } = answers.get(state, kind, (writer) => {
      encoded++
      writer.int32(state.revision)
    })
    return body.readInt32BE(0)
  }
  const [first, second] = [{ revision: 1 }, { revision: 2 }]
  assert.deepEqual([ask(first, 'v12'), ask(first, 'v12'), ask(first, 'v9'), ask(first, 'v12')], [1, 1, 1, 1])
  assert.equal(encoded, 2)
  assert.deepEqual([ask(second, 'v12'), ask(second, 'v12')], [2, 2])
  assert.equal(encoded, 3)
})

test('clients that differ in everything do not fill the memory', () => {
  const answers = new EncodedAnswers<object>()
  const state = {}
  const bodies = Array.from({ length: 100 }, (_, kind) => answers.get(state, `${kind}`, (writer) => writer.int32(kind)).body)
  assert.equal(new Set(bodies).size, 100)
  let again = 0
  for (let kind = 0; kind < 100; kind++) answers.get(state, `${kind}`, () => again++)
  assert.ok(again >= 84, `${again}`)
})
