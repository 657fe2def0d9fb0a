import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jacksonText } from './jackson-text.ts'

test('numbers of 64 bits keep their digits, and escapes are those of Jackson', () => {
  assert.equal(
    jacksonText({ offset: 9_007_199_254_740_993n, list: [1, null, true, {}], 'a"b': 'x\\\u001F\n\u00E9' }),
    String.raw`{"offset":9007199254740993,"list":[1,null,true,{}],"a\"b":"x\\\u001F\né"}`,
  )
})

test('a backslash before a u is a backslash', () => {
  assert.equal(jacksonText(String.raw`\u00ab`), String.raw`"\\u00ab"`)
})
