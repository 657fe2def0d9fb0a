import { readFileSettings } from '@odradek/broker/config'
import { UserError } from '@odradek/common/errors'
import { MemoryDisk } from '@odradek/common/disk'
import { createLogger, LogLevels, prettyFormat, silentLogger, wantsColours } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { systemProcess } from '@odradek/common/process'
import { SeededRandom } from '@odradek/common/random'
import { startBroker as startHouseBroker } from '../start-broker.ts'
import type { StartBrokerOptions } from './options.ts'
import { knownRelease, newestVersion } from './release-versions.ts'
import { RequestDoor } from './requests/request-door.ts'
import { RunningTestBroker } from './running-test-broker.ts'
import type { TestBroker } from './test-broker.ts'
import { BrokerTime } from './time/broker-time.ts'

/**
 * Starts a Kafka broker in this process, for a test: the real one, with its data in memory, on a free port. It takes some milliseconds.
 *
 * Each test may have its own, or all tests of a file one with a `reset()` between them. Where `await using` is no syntax yet (Node 22 without a compiler),
 * `stop()` ends it.
 *
 * ```ts
 * await using kafka = await startBroker({ topics: { orders: 3 } })
 * ```
 */
export async function startBroker(options: StartBrokerOptions = {}): Promise<TestBroker> {
  const release = options.asVersion === undefined ? undefined : knownRelease(options.asVersion)
  const config = settingsOf(options)
  const time = new BrokerTime()
  const door = new RequestDoor(time)
  const { dataDir, seed, topics = {} } = options
  const running = await startHouseBroker({
    disk: dataDir ?? new MemoryDisk({ clock: time, keepsDurable: false }),
    port: options.port ?? 0,
    config,
    time,
    topics,
    logger: loggerOf(options, time),
    decorateHandler: (handler) =>
      door.decorate(handler, release === undefined ? undefined : (newestVersion(handler.api.name, release) ?? -1)),
    ...(seed === undefined ? {} : { random: new SeededRandom(seed) }),
    ...(dataDir === undefined ? {} : { process: systemProcess() }),
  })
  return new RunningTestBroker({ running, door, time, topics, dataDirs: dataDir === undefined ? ['/data'] : [dataDir] })
}

/** Nothing may wait in a test for the sake of a cluster that takes its time, nor for a disk. Members may be given up after a tenth of a second. */
const testSettings = {
  'auto.create.topics.enable': 'true',
  'group.min.session.timeout.ms': '100',
  'log.durability': 'page-cache',
  // A clock that is moved ahead shall not cost clients their connections.
  'connections.max.idle.ms': '-1',
}

function settingsOf({ config = {}, dataDir }: StartBrokerOptions): Readonly<Record<string, string>> {
  const given = Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]))
  for (const name of ['log.dirs', 'log.dir'])
    if (given[name] !== undefined)
      throw new UserError(`Leave ${name} out of config; dataDir says where data are kept${dataDir === undefined ? '' : ', and is given'}`)
  // Not for nothing: settings are some hundred, and to go through them takes as long as a third of a start.
  const [remark] = Object.keys(given).length === 0 ? [] : readFileSettings(new Map(Object.entries(given))).remarks
  if (remark !== undefined) throw new UserError(remark)
  return { ...testSettings, ...given }
}

function loggerOf({ logLevel = 'silent' }: StartBrokerOptions, time: BrokerTime): Logger {
  if (logLevel === 'silent') return silentLogger
  const format = prettyFormat({ colours: wantsColours(process.stderr, process.env) })
  return createLogger({ clock: time, levels: new LogLevels(logLevel), write: (line) => void process.stderr.write(format(line)) })
}
