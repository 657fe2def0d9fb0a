import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@odradek/common/logging'
import type { LogLine } from '@odradek/common/logging'
import { VirtualTime } from '@odradek/common/time'
import { Connections } from './connections.ts'
import { ScriptedClient } from './scripted-client.ts'

test('each kind of trouble has its line, whatever the numbers in it; the same again from the same address does not', () => {
  const time = new VirtualTime()
  const lines: LogLine[] = []
  const connections = new Connections({
    handler: { mayOverlap: () => false, handle: () => undefined },
    limits: () => ({
      maxFrameBytes: 1_000_000,
      idleMs: 600_000,
      receiveMs: 30_000,
      sendMs: 60_000,
      maxRequests: 500,
      maxRequestBytes: 1_000_000,
      maxResponseBytes: 1_000_000,
    }),
    clock: time,
    timer: time,
    logger: createLogger({ clock: time, write: (line) => lines.push(line) }),
    soon: (action) => process.nextTick(action),
  })
  const closed = (address: string, reason: string): void => {
    const peer = { address, port: 50_000 }
    connections.accept(new ScriptedClient(), { listener: 'PLAINTEXT', peer, local: { address: '10.0.0.1', port: 9092 } }).close(reason)
  }
  closed('10.0.0.7', 'it announced a request of -1 bytes')
  closed('10.0.0.7', 'it announced a request of 2000000 bytes')
  closed('10.0.0.7', 'Metadata v99 is not spoken here')
  closed('10.0.0.7', 'Metadata v-1 is not spoken here')
  closed('10.0.0.8', 'it announced a request of -1 bytes')
  assert.deepEqual(
    lines.map(({ fields }) => [fields['peer'], fields['reason']]),
    [
      ['10.0.0.7:50000', 'it announced a request of -1 bytes'],
      ['10.0.0.7:50000', 'Metadata v99 is not spoken here'],
      ['10.0.0.8:50000', 'it announced a request of -1 bytes'],
    ],
  )
})
