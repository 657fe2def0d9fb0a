import { startSingleNode } from '@odradek/broker'
import type { Broker, HandlerDecorator } from '@odradek/broker'
import { readFileSettings } from '@odradek/broker/config'
import { randomUuid } from '@odradek/common/bytes'
import { MemoryDisk, nodeDisk } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { silentLogger } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { systemRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import type { Clock, Timer } from '@odradek/common/time'
import type { ProcessIdentity } from '@odradek/common/process'
import { createTopics } from './create-topics.ts'
import type { TopicOptions } from './create-topics.ts'
import { WireClient } from './wire-client.ts'

export interface StartBrokerOptions {
  /** `memory`, the default: nothing outlives the broker. A path: a directory on the real disk. Or a disk of the test's own. */
  readonly disk?: string | Disk
  /** 0, the default, is any free one. */
  readonly port?: number
  /** Settings as in `server.properties`. */
  readonly config?: Readonly<Record<string, string>>
  /** Clock and timers of the broker, when they are not to be those of the machine. Sockets stay real. */
  readonly time?: Clock & Pick<Timer, 'after'>
  readonly random?: Random
  readonly logger?: Logger
  /** What clients meet in the place of each handler. */
  readonly decorateHandler?: HandlerDecorator
  /** Who holds the lock of the data directory, where a test starts a broker again that it has killed within its own process. */
  readonly process?: ProcessIdentity
  /** Made before the broker is handed over: how many partitions, or more than that. */
  readonly topics?: Readonly<Record<string, number | TopicOptions>>
}

/** A broker in this process, on a port of this machine. */
export class RunningBroker implements AsyncDisposable {
  readonly broker: Broker
  readonly metrics: MetricsRegistry
  readonly disk: Disk
  readonly host = '127.0.0.1'
  readonly port: number

  constructor(running: { readonly broker: Broker; readonly metrics: MetricsRegistry; readonly disk: Disk }) {
    this.broker = running.broker
    this.metrics = running.metrics
    this.disk = running.disk
    this.port = running.broker.listeners[0]?.port ?? 0
  }

  /** What clients are given: `127.0.0.1:54873`. */
  get bootstrapServers(): string {
    return `${this.host}:${this.port}`
  }

  /** The id of a topic that is there. */
  topicId(name: string): string {
    const topic = this.broker.services.metadata.image.topics.byName(name)
    if (topic === undefined) throw new Error(`There is no topic ${name}`)
    return topic.id
  }

  /** A new connection. */
  connect(options?: Parameters<typeof WireClient.connect>[1]): Promise<WireClient> {
    return WireClient.connect(this, options)
  }

  /** Stops in order, with everything on the disk. */
  stop(): Promise<void> {
    return this.broker.stop()
  }

  /** Ends as `kill -9` would. */
  kill(): Promise<void> {
    return this.broker.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/**
 * Starts a broker for a test: the real one, in this process.
 *
 * ```ts
 * await using kafka = await startBroker({ topics: { orders: 3 } })
 * const producer = new Kafka({ brokers: [kafka.bootstrapServers] }).producer()
 * ```
 */
export async function startBroker(options: StartBrokerOptions = {}): Promise<RunningBroker> {
  const { time, random = systemRandom } = options
  const disk = diskOf(options)
  const metrics = new MetricsRegistry(time ?? systemClock)
  const broker = await startSingleNode({
    settings: readFileSettings(settingsOf(options)),
    disk,
    clock: time ?? systemClock,
    timer: time === undefined ? systemTimer : onRealTurns(time),
    random,
    logger: options.logger ?? silentLogger,
    metrics,
    process: someProcess(random),
    machine: { memoryBytes: 1 << 30, openFiles: 65_536 },
    ...(options.process === undefined ? {} : { process: options.process }),
    ...(options.decorateHandler === undefined ? {} : { decorateHandler: options.decorateHandler }),
  })
  try {
    await createTopics(broker, options.topics ?? {})
  } catch (error) {
    await broker.stop()
    throw error
  }
  return new RunningBroker({ broker, metrics, disk })
}

/** Each broker is a process of its own to the lock of its data directory. All others are taken for dead, since a killed one is not. */
function someProcess(random: Random): ProcessIdentity {
  return { mark: { pid: process.pid, startedAt: randomUuid(random), realm: 'this test' }, isAlive: () => false, locker: () => undefined }
}

function diskOf({ disk = 'memory', time }: StartBrokerOptions): Disk {
  if (typeof disk !== 'string') return disk
  // Records without a timestamp are as old as their file, so the files must have a time.
  return disk === 'memory' ? new MemoryDisk({ clock: time ?? systemClock }) : nodeDisk
}

/** As a test wants it: on this machine only, groups that begin at once, and one partition to load instead of fifty. */
function settingsOf({ disk, port = 0, config = {} }: StartBrokerOptions): ReadonlyMap<string, string> {
  return new Map(
    Object.entries({
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
      'log.dirs': typeof disk === 'string' && disk !== 'memory' ? disk : '/data',
      'group.initial.rebalance.delay.ms': '0',
      'offsets.topic.num.partitions': '1',
      ...config,
    }),
  )
}

/** Sockets bring their input in real turns of the event loop, so what is due at the end of a turn is done then. */
function onRealTurns(time: Pick<Timer, 'after'>): Timer {
  return { after: (delayMs, action) => time.after(delayMs, action), endOfTurn: (action) => systemTimer.endOfTurn(action) }
}
