import { kafka, name, print, signal, sleep, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 12, 4)
async function most(partitionsConsumedConcurrently) {
  const consumer = kafka.consumer({ groupId: name(`g${partitionsConsumedConcurrently}`), maxWaitTimeInMs: 300 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const { promise, done } = signal()
  const order = { 0: [], 1: [], 2: [], 3: [] }
  let [now, peak, seen] = [0, 0, 0]
  const busy = new Set()
  await consumer.run({
    partitionsConsumedConcurrently,
    eachMessage: async ({ partition, message }) => {
      if (busy.has(partition)) print('two of one partition at once')
      busy.add(partition)
      peak = Math.max(peak, ++now)
      await sleep(30)
      now--
      busy.delete(partition)
      order[partition].push(message.offset)
      if (++seen === 12) done()
    },
  })
  await promise
  await consumer.disconnect()
  print(partitionsConsumedConcurrently, peak, order)
}
await most(1)
await most(2)
await most(4)
