import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import {
  bigint64,
  boolean,
  bytes,
  float32,
  float64,
  int16,
  int32,
  int64,
  json,
  list,
  nullable,
  serde,
  string,
  topic as topicOf,
  uuid,
} from '@odradek/client'
import type { Serde } from '@odradek/client'
import type { Place } from '../place.ts'
import { partitionsOf, readAll } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

/** Writes data through a serde, reads them back, and gives what stood in the log in between. */
async function round<T>(at: Place, word: string, inner: Serde<T>, data: readonly T[]): Promise<readonly string[]> {
  const name = await at.topic(word)
  const typed = topicOf(name, { value: inner })
  await using producer = at.producer()
  await producer.sendAll(
    typed,
    data.map((value) => ({ value })),
  )
  await using consumer = at.consumer({ topics: [typed] })
  consumer.assign(partitionsOf(name, 1))
  const read: T[] = []
  for await (const record of consumer.records({ signal: at.signal })) {
    read.push(record.value)
    if (read.length === data.length) break
  }
  assert.deepEqual(read, data)
  return (await readAll(at, name, 1, data.length)).map(({ value }) => (value === null ? '-' : Buffer.from(value).toString('hex')))
}

export const serdes: Theme = {
  theme: 'serdes',
  scenarios: [
    scenario("each serde reads what it wrote, in Java's bytes", async (at) => {
      assert.deepEqual(await round(at, 'string', string, ['é한', '']), ['c3a9ed959c', ''])
      assert.deepEqual(await round(at, 'int16', int16, [-2, 258]), ['fffe', '0102'])
      assert.deepEqual(await round(at, 'int32', int32, [-2, 16909060]), ['fffffffe', '01020304'])
      assert.deepEqual(await round<number | bigint>(at, 'int64', int64, [-2, 2 ** 53 - 1, 2n ** 62n]), [
        'fffffffffffffffe',
        '001fffffffffffff',
        '4000000000000000',
      ])
      assert.deepEqual(await round(at, 'bigint64', bigint64, [-(2n ** 63n)]), ['8000000000000000'])
      assert.deepEqual(await round(at, 'float32', float32, [1.5]), ['3fc00000'])
      assert.deepEqual(await round(at, 'float64', float64, [Math.PI]), ['400921fb54442d18'])
      assert.deepEqual(await round(at, 'boolean', boolean, [true, false]), ['01', '00'])
      assert.deepEqual(await round(at, 'uuid', uuid, ['123e4567-e89b-12d3-a456-426614174000']), [
        Buffer.from('123e4567-e89b-12d3-a456-426614174000').toString('hex'),
      ])
      assert.deepEqual(await round(at, 'json', json<object>(), [{ a: [1, null, 'é'] }]), [
        Buffer.from('{"a":[1,null,"é"]}').toString('hex'),
      ])
    }),

    scenario('lists, tombstones and own serdes', async (at) => {
      await round(at, 'list', list(int32), [[1, 2, 3], []])
      await round(at, 'strings', list(string), [['a', '', 'ccc']])
      assert.deepEqual(await round<string | null>(at, 'nullable', nullable(string), ['a', null]), ['61', '-'])
      const reversed = serde<string>(
        (text) => Buffer.from(text).toReversed(),
        (content) => Buffer.from(content.toReversed()).toString(),
      )
      assert.deepEqual(await round(at, 'own', reversed, ['abc']), ['636261'])
      assert.deepEqual(await round<Uint8Array>(at, 'bytes', bytes, [Buffer.from('00ff', 'hex')]), ['00ff'])
    }),
  ],
}
