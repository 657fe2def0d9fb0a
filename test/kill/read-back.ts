import assert from 'node:assert/strict'
import { errorName } from '@odradek/protocol'
import { Fetch } from '@odradek/protocol/messages'
import { recordCount, RecordCursor, nextOffset, walkBatches, crcIsValid, lastOffset, baseOffset } from '@odradek/protocol/records'
import type { WireClient } from '@odradek/testing'
import { topic } from './workload.ts'

/** Every record of a partition as `offset → value`, checked on the way: CRCs, no gap, no step back. */
export async function readBack(client: WireClient, partition: number): Promise<Map<number, string>> {
  const values = new Map<number, string>()
  for (let offset = 0; ;) {
    const answer = await client.call(
      Fetch,
      {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 8 << 20,
        topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: 8 << 20 }] }],
      },
      11,
    )
    const part = answer.responses[0]?.partitions[0]
    assert.equal(errorName(part?.errorCode ?? -1), 'NONE', `fetch of partition ${partition} at ${offset}`)
    const records = part?.records ?? Buffer.alloc(0)
    if (records.length === 0) {
      assert.equal(part?.highWatermark, offset, `partition ${partition} ends at ${offset}`)
      return values
    }
    walkBatches(records, 0, records.length, (position) => {
      assert.equal(baseOffset(records, position), offset, `a gap in partition ${partition}`)
      assert(crcIsValid(records, position), `a bad CRC at ${offset} of partition ${partition}`)
      assert.equal(lastOffset(records, position) - offset + 1, recordCount(records, position))
      const cursor = new RecordCursor().openBatch(records, position)
      while (cursor.next()) values.set(cursor.offset, (cursor.value() ?? Buffer.alloc(0)).toString().replace(/\.+$/, ''))
      offset = nextOffset(records, position)
    })
  }
}
