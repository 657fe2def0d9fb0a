import { settingsFromEnvironment } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { topicsToCreate } from './topics-to-create.ts'
import type { TopicToCreate } from './topics-to-create.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a container's environment asks for, whichever of the common Kafka images it was written for. */
export interface ImageWishes {
  /** Settings of the broker, by Kafka's names. */
  readonly settings: ReadonlyMap<string, string>
  readonly topics: readonly TopicToCreate[]
  readonly clusterId: string | undefined
  /** What was passed over, and why; a sentence each. */
  readonly remarks: readonly string[]
}

/**
 * Reads the environment of apache/kafka (`KAFKA_*`, KIP-975), Confluent's cp-kafka (the same, with ZooKeeper before 8), bitnami (`KAFKA_CFG_*`)
 * and wurstmeister (`KAFKA_ADVERTISED_HOST_NAME`, `KAFKA_CREATE_TOPICS`). `file` is a `server.properties` that was mounted; the environment
 * beats it.
 *
 * @throws UserError when the process is to be something that does not exist here: a controller alone.
 */
export function imageWishes(environment: Environment, file: ReadonlyMap<string, string> = new Map()): ImageWishes {
  const given = withoutCfg(environment)
  const own = settingsFromEnvironment(Object.fromEntries(Object.entries(given).filter(([name]) => !notBrokerSettings.test(name))))
  const settings = new Map([...file, ...own])
  const remarks: string[] = []

  adoptOldAddresses(given, settings)
  resolveSecrets(settings)
  checkRoles(settings, remarks)
  chooseListeners(settings)
  if (!settings.has('log.dirs') && !settings.has('log.dir')) settings.set('log.dirs', dataDirectory)
  if (!settings.has('group.initial.rebalance.delay.ms')) settings.set('group.initial.rebalance.delay.ms', '0')
  if (!settings.has('http.host')) settings.set('http.host', '0.0.0.0')
  for (const name of settings.keys()) {
    if (!name.startsWith('zookeeper.')) continue
    settings.delete(name)
    if (name === 'zookeeper.connect')
      remarks.push('ZooKeeper is not needed: metadata lies in the data directory. KAFKA_ZOOKEEPER_* is ignored')
  }
  remarks.push(...passedOver(environment))
  const wanted = topicsToCreate(given['KAFKA_CREATE_TOPICS'] ?? '', given['KAFKA_CREATE_TOPICS_SEPARATOR'])
  return {
    settings,
    topics: wanted.topics,
    clusterId: given['CLUSTER_ID'] ?? given['KAFKA_KRAFT_CLUSTER_ID'] ?? given['KAFKA_CLUSTER_ID'],
    remarks: [...remarks, ...wanted.remarks],
  }
}

/** Where the images of Apache, Confluent and ours keep a volume. */
export const dataDirectory = '/var/lib/kafka/data'

/** Variables with the images' prefix that are about the image, not about the broker. */
const notBrokerSettings =
  /^KAFKA_(?:CREATE_TOPICS|CREATE_TOPICS_SEPARATOR|ADVERTISED_HOST_NAME|ADVERTISED_PORT|ADVERTISED_PROTOCOL_NAME|HOST_NAME|PORT|CLUSTER_ID|KRAFT_CLUSTER_ID|ENABLE_KRAFT|HOME|VOLUME_DIR|BASE_DIR|CONF_DIR|LOG_DIR_BASE|CLIENT_USERS|CLIENT_PASSWORDS|INTER_BROKER_USER|INTER_BROKER_PASSWORD|CONTROLLER_USER|CONTROLLER_PASSWORD|CERTIFICATE_PASSWORD|TLS_\w+|OPTS|EXTRA_FLAGS)$/

/** bitnami's `KAFKA_CFG_X` is `KAFKA_X`, and the stronger of the two. */
function withoutCfg(environment: Environment): Environment {
  const named = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const cfg = named.filter(([name]) => name.startsWith('KAFKA_CFG_')).map(([name, value]) => [`KAFKA_${name.slice(10)}`, value] as const)
  return Object.fromEntries([...named.filter(([name]) => !name.startsWith('KAFKA_CFG_')), ...cfg])
}

/** `advertised.host.name` and `advertised.port` went with Kafka 3.0; images still take them. */
function adoptOldAddresses(given: Environment, settings: Map<string, string>): void {
  const host = given['KAFKA_ADVERTISED_HOST_NAME']
  const port = given['KAFKA_ADVERTISED_PORT'] ?? given['KAFKA_PORT']
  if ((host === undefined && port === undefined) || settings.has('advertised.listeners')) return
  settings.set('advertised.listeners', `PLAINTEXT://${host ?? 'localhost'}:${port ?? '9092'}`)
  if (!settings.has('listeners')) settings.set('listeners', `PLAINTEXT://0.0.0.0:${given['KAFKA_PORT'] ?? port ?? '9092'}`)
}

/** Apache's and Confluent's images name key stores by their file in a mounted folder. */
function resolveSecrets(settings: Map<string, string>): void {
  for (const store of ['keystore', 'truststore']) {
    const file = settings.get(`ssl.${store}.filename`)
    if (file === undefined) continue
    settings.delete(`ssl.${store}.filename`)
    if (!settings.has(`ssl.${store}.location`)) settings.set(`ssl.${store}.location`, `/etc/kafka/secrets/${file}`)
  }
}

function checkRoles(settings: ReadonlyMap<string, string>, remarks: string[]): void {
  const roles = settings
    .get('process.roles')
    ?.split(',')
    .map((role) => role.trim())
  if (roles !== undefined && !roles.includes('broker'))
    throw new UserError(
      'KAFKA_PROCESS_ROLES=controller asks for a controller alone; here each broker is its own. Leave this service out, and start the one with the role broker.',
    )
  const voters = settings.get('controller.quorum.voters') ?? settings.get('controller.quorum.bootstrap.servers')
  if (voters !== undefined)
    remarks.push(
      'There is no Raft quorum: metadata lies in the data directory. KAFKA_CONTROLLER_QUORUM_* and the listener of the controller are ignored',
    )
}

/** A container that listens on localhost is reached by nobody. */
function chooseListeners(settings: Map<string, string>): void {
  const advertised = settings.get('advertised.listeners')
  if (settings.has('listeners')) return
  if (advertised === undefined) {
    settings.set('listeners', 'PLAINTEXT://0.0.0.0:9092')
    // As the image of Apache does: whoever runs it with `-p 9092:9092` is on the host.
    settings.set('advertised.listeners', 'PLAINTEXT://localhost:9092')
  } else settings.set('listeners', advertised.replaceAll(/:\/\/(?:\[[^\]]*\]|[^:,]*):/g, '://0.0.0.0:'))
}

/** Variables that ask for something that is not here. One line a kind, none for what makes no difference. */
function passedOver(environment: Environment): readonly string[] {
  const names = Object.keys(environment)
  const remark = (pattern: RegExp, why: string): readonly string[] => {
    const found = names.filter((name) => pattern.test(name))
    return found.length === 0 ? [] : [`${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}: ${why}`]
  }
  return [
    ...remark(/^CONFLUENT_|^KAFKA_CONFLUENT_|^KAFKA_METRIC_REPORTERS$/, "settings of Confluent's own plug-ins are ignored"),
    ...remark(
      /^KAFKA_(?:CLIENT|INTER_BROKER|CONTROLLER)_(?:USERS?|PASSWORDS?)$|^KAFKA_TLS_/,
      'SASL and TLS are not there yet: everybody who reaches the port may use the broker',
    ),
    ...remark(/^(?:HOSTNAME|PORT|BROKER_ID|RACK)_COMMAND$/, 'no command is run; set KAFKA_ADVERTISED_LISTENERS or KAFKA_NODE_ID instead'),
  ]
}
