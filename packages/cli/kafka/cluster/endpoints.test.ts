import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointLines } from './endpoints.ts'

const node = { port: 9092, isFenced: false }

test('columns are as wide as the longest host and the longest rack', () => {
  const nodes = [
    { ...node, id: 1, host: 'one.example.org', rack: 'eu-west-1a' },
    { ...node, id: 22, host: 'two', rack: undefined, isFenced: true },
  ]
  assert.deepEqual(endpointLines(nodes, 'broker'), [
    'ID         HOST            PORT       RACK       STATE      ENDPOINT_TYPE  ',
    '1          one.example.org 9092       eu-west-1a unfenced   broker         ',
    '22         two             9092       null       fenced     broker         ',
  ])
})

test('controllers have no state, and without any rack its column has room for ten letters', () => {
  assert.deepEqual(endpointLines([{ ...node, id: 3, host: 'localhost', rack: undefined }], 'controller'), [
    'ID         HOST      PORT       RACK       ENDPOINT_TYPE  ',
    '3          localhost 9092       null       controller     ',
  ])
})
