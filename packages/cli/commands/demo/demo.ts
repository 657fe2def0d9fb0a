import type { Admin, Producer } from '@odradek/client'
import { UsageError } from '../../usage-error.ts'
import { command } from '../command.ts'
import { count, text } from '../options.ts'
import { readFlights } from './flights.ts'
import { Shop, shopTopics } from './shop.ts'

/** How many orders a second the slow reader manages: fewer than come, so that there is lag to look at. */
const slowPerSecond = 1

export const demo = command({
  path: 'demo',
  summary: 'fill a cluster with something to look at: a shop that goes on until Ctrl-C, or a file of flights',
  words: '[shop|flights]',
  options: {
    rate: count('N', 'clicks a second of the shop (20)'),
    clicks: count('N', 'end the shop after so many clicks'),
    seed: text('TEXT', 'another shop'),
    file: text('FILE', 'the flights, as JSON; those of the package vega-datasets when not given'),
  },
  examples: ['odradek demo', 'odradek demo --clicks 1000', 'odradek demo flights --file flights-2k.json'],
  async run({ options, words, admin, kafka, terminal, output }) {
    const [what = 'shop', more] = words
    if (more !== undefined || !['shop', 'flights'].includes(what))
      throw new UsageError(`"${more ?? what}": there is a shop, and there are flights`)
    const client = await kafka()
    const producer = client.producer()
    if (what === 'flights') {
      const flights = readFlights(options.file)
      await makeTopics(await admin(), [{ name: 'flights', partitions: 3, config: {} }])
      for (const flight of flights)
        if (!producer.enqueue('flights', { key: flight.origin, value: JSON.stringify(flight) })) await producer.ready()
      await producer.flush()
      await output.item({
        data: { topic: 'flights', records: flights.length },
        text: `${flights.length} flights in the topic flights, keyed by the airport they left from\n`,
      })
      return
    }
    await makeTopics(await admin(), shopTopics)
    const stop = new AbortController()
    const ends = AbortSignal.any([terminal.interrupted, terminal.outputClosed])
    ends.addEventListener('abort', () => stop.abort(), { once: true })
    await output.done(
      `The shop is open: ${shopTopics.map(({ name }) => name).join(', ')}. Group shop-packing is slow on purpose: odradek lag --watch. Ctrl-C closes it`,
    )
    const consumer = client.consumer({ groupId: 'shop-packing', autoOffsetReset: 'earliest', topics: ['shop.orders'], maxPollRecords: 1 })
    const packing = (async () => {
      for await (const _order of consumer.records({ signal: stop.signal })) await pause(1000 / slowPerSecond, stop.signal)
    })()
    const clicks = await open(producer, new Shop(options.seed), {
      rate: options.rate ?? 20,
      clicks: options.clicks ?? Infinity,
      signal: ends,
    })
    stop.abort()
    await packing
    await producer.flush()
    await output.item({ data: { clicks }, text: `${clicks} clicks\n` })
  },
})

/** One click after the other, so many a second; gives how many there were. */
async function open(
  producer: Producer,
  shop: Shop,
  { rate, clicks, signal }: { readonly rate: number; readonly clicks: number; readonly signal: AbortSignal },
): Promise<number> {
  const begun = performance.now()
  let done = 0
  while (done < clicks && !signal.aborted) {
    for (const { topic, key, value } of shop.next())
      if (!producer.enqueue(topic, { key, value: value === null ? null : JSON.stringify(value) })) await producer.ready()
    done++
    if (clicks === Infinity) await pause(begun + (done * 1000) / Math.max(1, rate) - performance.now(), signal)
  }
  return done
}

async function makeTopics(admin: Admin, topics: Parameters<Admin['createTopics']>[0]): Promise<void> {
  for (const outcome of (await admin.createTopics(topics).settled()).values())
    if (!outcome.ok && outcome.error.code !== 'TOPIC_ALREADY_EXISTS') throw outcome.error
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve()
  return new Promise((next) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      next()
    }
    signal.addEventListener('abort', done)
  })
}
