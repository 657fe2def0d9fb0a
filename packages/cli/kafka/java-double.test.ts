import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javaDouble } from './java-double.ts'

test('numbers with a fraction are written as Java writes them', () => {
  assert.deepEqual([0, -0, 1, 1024, 0.5, 9_999_999, 1e7, 12_345_678.9, 0.001, 0.00099, 1e21, -2.5e-7, Infinity].map(javaDouble), [
    '0.0',
    '-0.0',
    '1.0',
    '1024.0',
    '0.5',
    '9999999.0',
    '1.0E7',
    '1.23456789E7',
    '0.001',
    '9.9E-4',
    '1.0E21',
    '-2.5E-7',
    'Infinity',
  ])
})
