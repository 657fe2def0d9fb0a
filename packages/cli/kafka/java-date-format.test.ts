import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateFormat } from './java-date-format.ts'

// In the time of this place, wherever that is.
const afternoon = new Date(2026, 10, 28, 15, 4, 9, 7).getTime()
const midnight = new Date(1999, 0, 3, 0, 0, 0, 0).getTime()

test('the format of Kafka’s performance tools', () => {
  assert.equal(dateFormat('yyyy-MM-dd HH:mm:ss:SSS')(afternoon), '2026-11-28 15:04:09:007')
})

test('letters are fields as long as they are many; other signs and what is quoted stay', () => {
  assert.equal(
    dateFormat("yy/M/d 'at' h 'o''clock' a, EEE EEEE MMM MMMM")(afternoon),
    "26/11/28 at 3 o'clock PM, Sat Saturday Nov November",
  )
  assert.equal(dateFormat('H k K h a u D F')(midnight), '0 24 0 12 AM 7 3 1')
  assert.equal(dateFormat("''S")(afternoon), "'7")
  assert.equal(dateFormat('')(afternoon), '')
})

test('zones are given by hours and minutes', () => {
  assert.match(dateFormat('Z')(afternoon), /^[+-]\d{4}$/)
  assert.match(dateFormat('X'.repeat(3))(afternoon), /^(?:Z|[+-]\d\d:\d\d)$/)
  assert.notEqual(dateFormat('z')(afternoon), '')
})

test('what is no pattern is refused in the words of Java', () => {
  assert.throws(() => dateFormat('yyyy jj'), { message: "Illegal pattern character 'j'" })
  assert.throws(() => dateFormat("HH 'o clock"), { message: 'Unterminated quote' })
  assert.throws(() => dateFormat("'"), { message: 'Unterminated quote' })
  assert.throws(() => dateFormat('X'.repeat(4)), { message: 'invalid ISO 8601 format: length=4' })
  assert.throws(() => dateFormat('ww'), /Weeks are not supported/)
})
