import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { createTopics } from './controller/create-topics.ts'
import { TestCluster } from './controller/test-cluster.ts'
import { ClusterImage } from './image/cluster-image.ts'
import { keys } from './image/keys.ts'
import { encodePartition } from './image/partition-state.ts'
import { Entries, writesOf } from './stores/entries.ts'
import { FileStore, journalName } from './stores/file.ts'

/**
 * What 10,000 partitions cost: at the start, when one topic changes, and on the disk.
 * Run it with `node packages/metadata/metadata.bench.ts`.
 */
async function measure(name: string, count: number, work: () => void | Promise<void>): Promise<void> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const start = process.hrtime.bigint()
    await work()
    times.push(Number(process.hrtime.bigint() - start) / 1e6)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(3).padStart(9)
  console.log(`${name.padEnd(58)} median ${at(0.5)} ms   p99 ${at(0.99)} ms`)
}

const topics = Array.from({ length: 1000 }, (_, i) => ({
  name: `topic-${i}`,
  numPartitions: 10,
  replicationFactor: 1,
  assignments: [],
  configs: [],
}))
const cluster = new TestCluster({ settings: { maxPartitionsPerBroker: 100_000 } })
const { changes } = createTopics(cluster.context, { topics, validateOnly: false })

await measure('decide on 1,000 topics of 10 partitions', 20, () => void createTopics(cluster.context, { topics, validateOnly: false }))

const directory = mkdtempSync(join(tmpdir(), 'metadata-bench-'))
const store = await FileStore.open({ disk: nodeDisk, directory })
await store.commit(changes)
let n = 0
await measure('commit of one key, alone', 300, async () => void (await store.commit([{ key: '/x', value: n++ }])))
await measure(
  '1,000 commits at once',
  20,
  async () => void (await Promise.all(Array.from({ length: 1000 }, (_, i) => store.commit([{ key: `/x${i}`, value: n++ }])))),
)
await store[Symbol.asyncDispose]()
console.log(`journal: ${(statSync(join(directory, journalName)).size / 1024).toFixed(0)} KiB`)
await measure('open the file store with 10,000 partitions', 20, async () =>
  (await FileStore.open({ disk: nodeDisk, directory }))[Symbol.asyncDispose](),
)
rmSync(directory, { recursive: true })

const entries = new Entries()
entries.apply(1, writesOf(changes))
const snapshot = entries.snapshot()
await measure('image of 10,000 partitions from a snapshot', 30, () => void ClusterImage.from(snapshot))
let image = ClusterImage.from(snapshot)
await measure('all topics, sorted, of a fresh image', 30, () => void ClusterImage.from(snapshot).topics.all())
const random = new SeededRandom(1)
await measure('a leader change, with all topics sorted again', 5000, () => {
  const topic = image.topics.all()[random.nextInt(1000)]
  const partition = topic?.partitions[random.nextInt(10)]
  if (topic === undefined || partition === undefined) return
  const value = encodePartition({ ...partition, leaderEpoch: partition.leaderEpoch + 1 })
  image = image.apply(entries.apply(entries.revision + 1, writesOf([{ key: keys.partition(topic.id, partition.partition), value }]))).image
  image.topics.all()
})
