import { randomUuid } from '@odradek/common/bytes'
import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import type { ConfigDefs } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { LogLevels } from '@odradek/common/logging'
import { logDirectorySettingsOf, LogMetrics, readMetaProperties } from '@odradek/log'
import type { LogDirectorySettings } from '@odradek/log'
import { ClusterImage, MetadataService, reportChanges } from '@odradek/metadata'
import type { BrokerRegistration, ControllerSettings } from '@odradek/metadata'
import { FileStore, journalName } from '@odradek/metadata/stores'
import type { FoundStore } from '@odradek/metadata/stores'
import { hostAndPort, listenersOf, networkLimits, NetworkServer, observeNetwork } from '@odradek/network'
import type { Listener, NetworkLimits } from '@odradek/network'
import { Broker } from './broker.ts'
import type { BrokerParts } from './broker.ts'
import { observeBroker } from './broker-metrics.ts'
import { brokerConfig, LiveSettings, SettingRules } from './config/index.ts'
import type { BrokerConfig, FileSettings } from './config/index.ts'
import { ClusterEndpoints } from './endpoints.ts'
import { featuresOf, initialFeatures, supportedFeatures } from './features.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { coordinateGroups } from './group-coordination.ts'
import { allHandlers } from './handlers/index.ts'
import { InternalTopicsOnDemand } from './internal-topics.ts'
import type { InternalTopicPlan } from './internal-topics.ts'
import { LogDirectories } from './log-directories.ts'
import { refuseLostMetadata } from './lost-metadata.ts'
import { BlocksOfProducerIds } from './producer-ids.ts'
import { Replicas } from './replication/replicas.ts'
import { RequestMetrics } from './request-metrics.ts'
import { Router } from './router.ts'
import type { Services } from './services.ts'
import { checkMachine } from './start-checks.ts'
import { BrokerTopicMetrics } from './topic-metrics.ts'
import { topicSettingsOf } from './topic-settings.ts'

/**
 * Starts a broker that is a cluster by itself: its metadata is a file in its first data directory, and it leads every partition.
 * Throws a `UserError` that says what to do when the directories, the metadata or the ports can't be had; nothing is left open then.
 */
export async function startSingleNode(parts: BrokerParts): Promise<Broker> {
  const opened: AsyncDisposable[] = []
  try {
    return await start(parts, (resource) => {
      opened.push(resource)
      return resource
    })
  } catch (error) {
    for (const resource of opened.toReversed()) await resource[Symbol.asyncDispose]()
    throw diskFailure(error) ?? error
  }
}

/** What the disk says behind an error of the metadata. */
function diskFailure(error: unknown): UserError | DiskError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof UserError) return undefined
    if (!(cause instanceof DiskError)) continue
    if (!['ENOSPC', 'EDQUOT'].includes(cause.code)) return cause
    return new UserError(
      `There is no room on the disk of the data directory, not even for what a start writes (${cause.message}). Make some, some hundred kilobytes will do, and start again.`,
      { cause },
    )
  }
  return undefined
}

async function start(parts: BrokerParts, opened: <R extends AsyncDisposable>(resource: R) => R): Promise<Broker> {
  const { settings: given, disk, clock, timer, random, logger, metrics: registry, machine } = parts
  const startedMs = clock.monotonic()
  const { config } = given
  const brokerId = config['node.id']
  logger.info('Starting', { nodeId: brokerId, settings: shownSettings(given) })
  const listeners = listenersOf(config, config['controller.listener.names'])
  checkMachine(parts)

  // What comes later is asked for by what comes first, but not before all of it is there.
  const later: { metadata?: MetadataService; replicas?: Replicas } = {}
  const image = (): ClusterImage => later.metadata?.image ?? ClusterImage.empty
  const settings = new LiveSettings({ nodeId: brokerId, file: given.texts, image })

  const clusterId = clusterIdOf(parts) ?? parts.clusterId ?? randomUuid(random)
  const logs = opened(
    await LogDirectories.open(directoriesOf(config), {
      ...parts,
      config: directorySettingsOf(settings),
      metrics: new LogMetrics(registry),
      expected: { clusterId, nodeId: brokerId },
      touch: (topic, partition) => void later.replicas?.partition(topic, partition)?.log,
      ...(parts.onFailure === undefined ? {} : { onAllOffline: parts.onFailure }),
    }),
  )
  const admit = (found: FoundStore): void => refuseLostMetadata(found, logs)
  const store = opened(await FileStore.open({ disk, directory: directoriesOf(config)[0], admit }))
  const metadata = await MetadataService.open({
    store,
    random,
    settings: () => controllerSettingsOf(settings.broker),
    rules: new SettingRules({ nodeId: brokerId, file: given.texts, image }),
    cluster: { clusterId, features: initialFeatures },
  })
  later.metadata = opened(metadata)
  metadata.onImage(reportChanges(logger.named('metadata')))
  const registration = registrationOf({ config, listeners, incarnationId: randomUuid(random), directories: logs.ids })
  await metadata.registerBroker({ registration, lastShutdown: logs.wasClean ? 'clean' : 'unclean', fenced: false })
  logs.takeBackStrays((topic, partition) => {
    const known = image().topics.byName(topic)
    return known !== undefined && partition < known.partitions.length ? known.id : undefined
  })
  logs.setStraysAside((topic, partition) => partition < (image().topics.byName(topic)?.partitions.length ?? 0))

  const replicas = new Replicas({
    ...parts,
    brokerId,
    logs,
    metrics: new BrokerTopicMetrics(registry),
    settingsOf: (topic) => topicSettingsOf(settings.topic(topic)),
  })
  later.replicas = replicas
  const groups = coordinateGroups({ ...parts, replicas, metadata, config: () => settings.broker })
  replicas.follow(metadata)

  const fetchSessions = new FetchSessions({ clock, random, slots: () => settings.broker['max.incremental.fetch.session.cache.slots'] })
  const services: Services = {
    brokerId,
    clock,
    timer,
    random,
    logger,
    logLevels: parts.logLevels ?? new LogLevels(),
    settings,
    metadata,
    features: () => featuresOf(image()),
    endpoints: new ClusterEndpoints({ brokerId, image, listeners: () => listeners }),
    replicas,
    fetchSessions,
    responseRoom: () => network.pressure.responseRoom,
    logDirs: { describe: () => logs.describe(replicas) },
    groups,
    internalTopics: new InternalTopicsOnDemand({ metadata, logger, plans: internalTopicPlans(settings) }),
    producerIds: new BlocksOfProducerIds(metadata),
  }
  const handlers = allHandlers(services, parts.decorateHandler)
  const handler = new Router({ handlers, clock, logger, metrics: new RequestMetrics({ registry, clock }) })
  const network: NetworkServer = new NetworkServer({
    ...parts,
    listeners,
    handler,
    limits: liveLimits(settings, machine),
    backlog: config['socket.listen.backlog.size'],
  })
  observeBroker(registry, services)
  observeNetwork(registry, network)
  await network.listen()
  logger.info('Ready', {
    clusterId,
    nodeId: brokerId,
    listeners: network.bound.map(({ name, host, port }) => `${name}://${hostAndPort(host ?? '', port)}`),
    topics: image().topics.size,
    partitions: image().topics.partitionCount,
    tookMs: Math.round(clock.monotonic() - startedMs),
  })
  return new Broker({ services, network, logs })
}

/** What somebody has set, for the log: values that nobody may see are left out, and so are names that we do not know. */
function shownSettings({ texts }: FileSettings): Readonly<Record<string, string>> {
  const defs: ConfigDefs = brokerConfig
  return Object.fromEntries(Array.from(texts).filter(([name]) => Object.hasOwn(defs, name) && defs[name]?.isSensitive === false))
}

function directoriesOf(config: BrokerConfig): readonly [string, ...string[]] {
  const [first, ...others] = config['log.dirs'] ?? config['log.dir']
  if (first === undefined) throw new UserError('The setting log.dirs names no directory; give one, for example log.dirs=./data')
  return [first, ...others]
}

/** What is set for the data directories. Of these settings one can be changed while the broker runs. */
function directorySettingsOf(settings: LiveSettings): LogDirectorySettings {
  const { broker: config } = settings
  return {
    ...logDirectorySettingsOf(config, config['message.max.bytes']),
    get producerExpirationMs() {
      return settings.broker['producer.id.expiration.ms']
    },
  }
}

/** The cluster that the data directories belong to; undefined while they are new. */
function clusterIdOf({ disk, settings: { config } }: BrokerParts): string | undefined {
  const directories = directoriesOf(config)
  const found = directories.map((path) => readMetaProperties(disk, path)?.clusterId).find((id) => id !== undefined)
  const journal = `${directories[0]}/${journalName}`
  if (disk.stat(journal) === undefined) refuseForeignPartitions(disk, directories)
  if (found === undefined && disk.stat(journal) !== undefined) {
    throw new UserError(
      `${directories[0]} holds the metadata of a cluster (${journalName}) and no meta.properties that says which. ` +
        'Put that file back from a copy, or give this broker an empty directory (log.dirs).',
    )
  }
  return found
}

/** Partitions without metadata that knows them are somebody else's, Apache Kafka's perhaps, or have lost it: nothing of theirs is touched. */
function refuseForeignPartitions(disk: Disk, directories: readonly string[]): void {
  for (const path of directories.filter((directory) => disk.stat(directory)?.isDirectory === true)) {
    const partition = disk.list(path).find(({ name, isDirectory }) => isDirectory && /^[\w.-]+-\d+$/.test(name))
    if (partition === undefined) continue
    throw new UserError(
      `${path} holds partitions (${partition.name}, …) and no metadata of ours that knows them (${journalName}); nothing was touched. ` +
        'If they are those of Apache Kafka, start it on them, and give this broker an empty directory (log.dirs). If they are ours, put that file back from a copy.',
    )
  }
}

function controllerSettingsOf(config: BrokerConfig): ControllerSettings {
  return {
    nodeId: config['node.id'],
    numPartitions: config['num.partitions'],
    defaultReplicationFactor: config['default.replication.factor'],
    maxPartitionsPerBroker: config['broker.max.partitions'],
    deleteTopicEnable: config['delete.topic.enable'],
    supportedFeatures,
  }
}

function registrationOf(options: {
  readonly config: BrokerConfig
  readonly listeners: readonly Listener[]
  readonly incarnationId: string
  readonly directories: readonly string[]
}): BrokerRegistration {
  const { config, listeners, incarnationId, directories } = options
  return {
    id: config['node.id'],
    incarnationId,
    endpoints: listeners.map(({ name, protocol, host, port, advertised }) => {
      return { listener: name, host: advertised?.host ?? host ?? '', port: advertised?.port ?? port, securityProtocol: protocol }
    }),
    rack: config['broker.rack'],
    features: supportedFeatures,
    directories,
  }
}

function internalTopicPlans(settings: LiveSettings): ReadonlyMap<string, () => InternalTopicPlan> {
  const offsets = (): InternalTopicPlan => {
    const { broker } = settings
    return {
      numPartitions: broker['offsets.topic.num.partitions'],
      replicationFactor: broker['offsets.topic.replication.factor'],
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'compression.type', value: 'producer' },
        { name: 'segment.bytes', value: String(broker['offsets.topic.segment.bytes']) },
      ],
    }
  }
  return new Map([['__consumer_offsets', offsets]])
}

/** The limits of the network, worked out anew when a setting has changed. They are asked for with each request. */
function liveLimits(settings: LiveSettings, machine: BrokerParts['machine']): () => NetworkLimits {
  let asOf: BrokerConfig | undefined
  let limits: NetworkLimits | undefined
  return () => {
    const { broker } = settings
    if (limits === undefined || asOf !== broker) {
      asOf = broker
      limits = networkLimits(broker, machine)
    }
    return limits
  }
}
