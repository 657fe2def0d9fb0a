import assert from 'node:assert/strict'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { recordChannel, sendChannel } from './channels.ts'

test('a tool that knows the name of a channel is heard, and nobody listening is noticed', () => {
  const seen: unknown[] = []
  const hear = (message: unknown): void => void seen.push(message)
  assert.equal(sendChannel.hasSubscribers, false)
  const foreign = tracingChannel('odradek:producer.send')
  foreign.start.subscribe(hear)
  assert.equal(sendChannel.hasSubscribers, true)
  sendChannel.start.publish({ clientId: 'c', topic: 't', partition: 0, records: 1, bytes: 10 })
  foreign.start.unsubscribe(hear)
  assert.equal(sendChannel.hasSubscribers, false)
  channel('odradek:producer.record').subscribe(hear)
  assert.equal(recordChannel.hasSubscribers, true)
  channel('odradek:producer.record').unsubscribe(hear)
  assert.equal(seen.length, 1)
})
