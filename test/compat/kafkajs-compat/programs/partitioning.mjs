import { kafka, kafkajs, print, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 0, 12)
const keys = Array.from({ length: 60 }, (_, i) => ['k', 'customer-', '', 'é', '長い鍵-'][i % 5] + i)
for (const partitioner of ['DefaultPartitioner', 'LegacyPartitioner', 'JavaCompatiblePartitioner']) {
  const partition = kafkajs.Partitioners[partitioner]()
  const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({ partitionId, leader: 1 }))
  print(partitioner, keys.map((key) => partition({ topic, partitionMetadata, message: { key, value: '' } })).join(' '))
  const turns = Array.from({ length: 24 }, () => partition({ topic, partitionMetadata, message: { value: '' } }))
  print(
    'without a key',
    turns.every((turn, i) => i === 0 || turn === (turns[i - 1] + 1) % 12),
  )
}
const seen = []
const producer = kafka.producer({
  createPartitioner:
    () =>
    ({ topic, partitionMetadata, message }) => {
      seen.push([topic, partitionMetadata.length, Object.keys(partitionMetadata[0]).includes('isr'), message.key])
      return Number(message.key) % partitionMetadata.length
    },
})
await producer.connect()
const answers = await producer.send({
  topic,
  messages: [
    { key: '13', value: 'x' },
    { key: '4', value: 'y' },
  ],
})
// With fresh metadata kafkajs chooses anew.
print(answers.map(({ partition }) => partition).toSorted(), seen.slice(0, 2))
await producer.disconnect()
