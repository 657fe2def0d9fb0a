import { kafka, name, print, signal, sleep, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 25)
async function commitsWith(what, options, rest) {
  const consumer = kafka.consumer({ groupId: name(what) })
  const commits = []
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => commits.push(payload.topics[0].partitions[0].offset))
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const { promise, done } = signal()
  await consumer.run({
    ...options,
    eachMessage: async ({ message }) => {
      if (rest !== undefined && message.offset === '12') await sleep(rest)
      if (message.offset === '24') done()
    },
  })
  await promise
  await consumer.disconnect()
  print(what, commits)
}
await commitsWith('default', {})
await commitsWith('threshold', { autoCommitThreshold: 10 })
await commitsWith('interval', { autoCommitInterval: 300 }, 400)
await commitsWith('none', { autoCommit: false, autoCommitThreshold: 5 })
