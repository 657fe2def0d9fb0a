import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bigint64, int32, Kafka, topic } from '@odradek/client'
import type { Admin } from '@odradek/client'
import { wordsOf } from './words.ts'
import type { Way } from './words.ts'

/** Where a way is gone: a broker that nobody else uses, and a folder for files. */
export class Place implements AsyncDisposable {
  readonly way: Way
  readonly bootstrap: string
  /** Where the lines of this way find and leave their files. */
  readonly folder: string
  /** Where the broker keeps its log. */
  readonly dataFolder: string
  /** Known when the broker has been asked. */
  clusterId = '$CLUSTER'
  /** What else a scene has names for: `$HTTP`. */
  readonly names = new Map<string, string>()
  readonly kafka: Kafka
  readonly admin: Admin

  constructor(options: Pick<Place, 'way' | 'bootstrap' | 'folder' | 'dataFolder'>) {
    this.way = options.way
    this.bootstrap = options.bootstrap
    this.folder = options.folder
    this.dataFolder = options.dataFolder
    mkdirSync(options.folder, { recursive: true })
    this.kafka = new Kafka({ bootstrapServers: options.bootstrap, clientId: 'prepares' })
    this.admin = this.kafka.admin()
  }

  async ask(): Promise<void> {
    this.clusterId = (await this.admin.describeCluster()).clusterId ?? this.clusterId
  }

  /** The words of a command line, with what stands here for `$BROKER`, `$FOLDER` and `$DATA`. */
  wordsOf(text: string): readonly string[] {
    const names = [...this.names, ['$BROKER', this.bootstrap], ['$FOLDER', this.folder], ['$DATA', this.dataFolder]] as const
    return wordsOf(text).map((word) => names.reduce((left, [name, value]) => left.replaceAll(name, value), word))
  }

  /** A file for the lines to come: `$FOLDER/name`. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  /** A topic with these values in each of its partitions, the first at 2023-11-14T22:13:20Z and each a second after the other. */
  async topic(name: string, values: readonly (readonly string[])[], config: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.admin.createTopics([{ name, partitions: values.length, replicationFactor: 1, config: { ...keepsAll, ...config } }])
    const target = topic(name)
    await using producer = this.kafka.producer({ enableIdempotence: false, lingerMs: 0 })
    for (const [partition, list] of values.entries()) {
      for (const [index, value] of list.entries()) {
        await producer.send(target, {
          partition,
          key: Buffer.from(`k${index}`),
          value: Buffer.from(value),
          timestamp: firstTimestamp + index * 1000,
        })
      }
    }
  }

  /** A topic whose keys and values are numbers: 1 and 10, 2 and 20. */
  async numbers(name: string): Promise<void> {
    await this.admin.createTopics([{ name, partitions: 1, replicationFactor: 1, config: keepsAll }])
    const target = topic(name, { key: int32, value: bigint64 })
    await using producer = this.kafka.producer({ enableIdempotence: false })
    for (const number of [1, 2]) await producer.send(target, { key: number, value: BigInt(number * 10), timestamp: firstTimestamp })
  }

  /** A group that has no members, but has committed: of each topic, an offset of each partition. */
  async committed(group: string, offsets: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const places = Object.entries(offsets).flatMap(([topic, list]) => list.map((offset, partition) => ({ topic, partition, offset })))
    await this.admin.alterConsumerGroupOffsets(group, places)
  }

  /** A member of a group that has committed 1 in each partition, and stays until it is disposed of. */
  async member(groupId: string, name: string): Promise<AsyncDisposable> {
    const consumer = this.kafka.consumer({
      groupId,
      clientId: 'deckhand',
      topics: [topic(name)],
      autoOffsetReset: 'earliest',
      enableAutoCommit: false,
    })
    while (consumer.assignment().length === 0) await consumer.poll(1000)
    await consumer.commit(consumer.assignment().map((partition) => ({ ...partition, offset: 1 })))
    return consumer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kafka.close()
  }
}

/** Records of years ago would be deleted while a run is under way. */
const keepsAll = { 'retention.ms': '-1' }
const firstTimestamp = 1_700_000_000_000
