import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, topic } from '@odradek/client'
import type { Admin } from '@odradek/client'
import { wordsOf } from './line.ts'
import type { Way } from './line.ts'

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
    return wordsOf(text).map((word) =>
      word.replaceAll('$BROKER', this.bootstrap).replaceAll('$FOLDER', this.folder).replaceAll('$DATA', this.dataFolder),
    )
  }

  /** A file for the lines to come: `$FOLDER/name`. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  /** A topic with these values in each of its partitions, the first at 2023-11-14T22:13:20Z and each a second after the other. */
  async topic(name: string, values: readonly (readonly string[])[], config: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.admin.createTopics([{ name, partitions: values.length, replicationFactor: 1, config }])
    const target = topic(name)
    await using producer = this.kafka.producer()
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kafka.close()
  }
}

const firstTimestamp = 1_700_000_000_000
