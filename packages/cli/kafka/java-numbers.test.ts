import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javaText } from './java-names.ts'
import { javaSplit, parseInt32, parseInt64 } from './java-numbers.ts'

test('numbers are read as in Java', () => {
  assert.equal(parseInt32('+12'), 12)
  assert.equal(parseInt32('-2147483648'), -(2 ** 31))
  assert.equal(parseInt64('9223372036854775807'), 2n ** 63n - 1n)
  for (const text of ['', 'a', '1.5', ' 1', '2147483648', '0x1']) {
    assert.throws(
      () => parseInt32(text),
      (error) => javaText(error) === `java.lang.NumberFormatException: For input string: "${text}"`,
    )
  }
})

test('texts are cut as in Java', () => {
  assert.deepEqual(
    ['a,b', 'a,,b', 'a,,', ',a', ',', ''].map((text) => javaSplit(text, ',')),
    [['a', 'b'], ['a', '', 'b'], ['a'], ['', 'a'], [], ['']],
  )
})
