import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkUuid } from './java-uuid.ts'

test('ids are base64 of sixteen bytes, with the complaints of Java about others', () => {
  assert.equal(checkUuid('AAAAAAAAAAAAAAAAAAAAAQ'), 'AAAAAAAAAAAAAAAAAAAAAQ')
  assert.equal(checkUuid('AAAAAAAAAAAAAAAAAAAAAQ=='), 'AAAAAAAAAAAAAAAAAAAAAQ==')
  const refuses = (text: string, message: string): void => assert.throws(() => checkUuid(text), { message })
  refuses('short', 'Last unit does not have enough valid bits')
  refuses('a topic', 'Illegal base64 character 20')
  refuses('QQ=', 'Input byte array has wrong 4-byte ending unit')
  refuses('four', 'Input string `four` decoded as 3 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID')
  refuses('A'.repeat(25), `Input string with prefix \`${'A'.repeat(24)}\` is too long to be decoded as a base64 UUID`)
})
