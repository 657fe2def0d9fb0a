import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import { nearestName } from '@odradek/common/config'
import { Secret } from '@odradek/common/logging'
import { camelCase } from './camel-case.ts'
import { isClassSetting } from './java-classes.ts'

/** Which client a set of options is for; `client` is what all made by one `Kafka` share. */
export type Kind = 'client' | 'producer' | 'consumer' | 'admin'

/** What a reader of options has to know. */
export interface Vocabulary {
  readonly kind: Kind
  /** Declared settings that mean something here. */
  readonly defs: ConfigDefs
  /** What is given in code alone: `tls`, `sasl`, `partitioner` and so on. */
  readonly objects: readonly string[]
  /** Settings of the other kinds, by the word for who has them. */
  readonly elsewhere: Readonly<Record<string, ConfigDefs>>
}

export interface GivenText {
  /** As the user wrote the name, for messages. */
  readonly spelled: string
  readonly text: string
}

/** Options of a user as they were given, sorted and checked for their names and types, not yet for their values. */
export interface Given {
  /** By Kafka's name. */
  readonly texts: Map<string, GivenText>
  readonly objects: Map<string, unknown>
  /** What must not be. */
  readonly wrong: string[]
  /** What should be said and does not stop anybody. */
  readonly warnings: string[]
}

/**
 * Sorts an options object. Names in camel case are taken strictly: their types must be right, and an unknown one is an error.
 * Names with dots may come out of a file that is for others too: values are texts, and an unknown name is a warning.
 */
export function readGiven(options: object, vocabulary: Vocabulary): Given {
  const given: Given = { texts: new Map(), objects: new Map(), wrong: [], warnings: [] }
  const byCamel = new Map(Object.keys(vocabulary.defs).map((name) => [camelCase(name), name]))
  const entries: [string, unknown][] = Object.entries(options)
  for (const [spelled, value] of entries) {
    if (value === undefined) continue
    if (vocabulary.objects.includes(spelled)) {
      given.objects.set(spelled, value)
      continue
    }
    const isDotted = spelled.includes('.')
    const name = isDotted ? spelled : byCamel.get(spelled)
    const def = name === undefined ? undefined : vocabulary.defs[name]
    if (name === undefined || def === undefined) {
      if (isDotted || isOfFile(spelled, value, vocabulary)) readForeign(spelled, value, vocabulary, given)
      else given.wrong.push(unknownMessage(spelled, byCamel.keys(), vocabulary))
      continue
    }
    const text = isDotted ? looseText(value) : strictText(spelled, def, value, given.wrong)
    if (text === undefined) {
      if (isDotted && value !== null) given.wrong.push(`${spelled} must be a text, a number or a boolean, and is ${describe(value)}.`)
      continue
    }
    const other = given.texts.get(name)
    if (other !== undefined && canonical(def, other.text) !== canonical(def, text)) {
      given.wrong.push(`${other.spelled} and ${spelled} are one setting and have different values. Give it once.`)
    }
    given.texts.set(name, { spelled, text })
  }
  return given
}

/** The options of one client on top of those that it shares with others. */
export function layered(shared: Given, own: Given): Given {
  return {
    texts: new Map([...shared.texts, ...own.texts]),
    objects: new Map([...shared.objects, ...own.objects]),
    wrong: own.wrong,
    warnings: own.warnings,
  }
}

/** `acks=all` in a file that is for producers too: names of one word are spelled the same in code and in files, but values of files are texts. */
function isOfFile(spelled: string, value: unknown, { kind, elsewhere }: Vocabulary): boolean {
  return kind === 'client' && typeof value === 'string' && Object.values(elsewhere).some((defs) => Object.hasOwn(defs, spelled))
}

/** A name with dots that says nothing here: of a class, of another client, or of nobody. */
function readForeign(spelled: string, value: unknown, vocabulary: Vocabulary, given: Given): void {
  const isOfOthers = Object.values(vocabulary.elsewhere).some((defs) => Object.hasOwn(defs, spelled))
  if (isClassSetting(spelled) || (isOfOthers && vocabulary.kind === 'client')) {
    const text = looseText(value)
    if (text !== undefined) given.texts.set(spelled, { spelled, text })
    return
  }
  if (isOfOthers) return
  const known = [...Object.keys(vocabulary.defs), ...Object.values(vocabulary.elsewhere).flatMap((defs) => Object.keys(defs))]
  const nearest = nearestName(spelled, known)
  given.warnings.push(
    `${spelled} is no setting of Kafka clients and was left out${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
  )
}

function unknownMessage(spelled: string, known: Iterable<string>, { objects, elsewhere, kind }: Vocabulary): string {
  const advice = habits[spelled]
  if (advice !== undefined) return `${spelled} is unknown here: ${advice}.`
  for (const [owner, defs] of Object.entries(elsewhere)) {
    if (!Object.keys(defs).some((name) => camelCase(name) === spelled)) continue
    return kind === 'client'
      ? `${spelled} is a setting of ${owner}s: give it to kafka.${owner}({ ${spelled} }).`
      : `${spelled} is a setting of ${owner}s, and this is ${kind === 'admin' ? 'an admin' : `a ${kind}`}.`
  }
  const nearest = nearestName(spelled, [...known, ...objects])
  return `${spelled} is no setting${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`
}

/** What people write who come from elsewhere. */
const habits: Readonly<Record<string, string>> = {
  brokers: 'the addresses of brokers are bootstrapServers',
  ssl: "write securityProtocol: 'SSL' (or 'SASL_SSL'), and tls for Node's options",
  connectionTimeout: 'write socketConnectionSetupTimeoutMs',
  requestTimeout: 'write requestTimeoutMs',
  retry: 'write retryBackoffMs and retryBackoffMaxMs; time is bounded by deliveryTimeoutMs or defaultApiTimeoutMs',
  logLevel: 'hand in a logger of your own, new Kafka(options, { logger })',
  logCreator: 'hand in a logger of your own, new Kafka(options, { logger })',
  logger: 'it is part of the second argument, new Kafka(options, { logger })',
  createPartitioner: 'write partitioner',
  partitionerClass: 'write partitioner',
  partitionAssigners: 'write assignors',
  interceptorClasses: 'write interceptors',
  idempotent: 'write enableIdempotence',
  maxInFlightRequests: 'write maxInFlightRequestsPerConnection',
  transactionTimeout: 'write transactionTimeoutMs',
  sessionTimeout: 'write sessionTimeoutMs',
  rebalanceTimeout: 'write maxPollIntervalMs',
  heartbeatInterval: 'write heartbeatIntervalMs',
  metadataMaxAge: 'write metadataMaxAgeMs',
  allowAutoTopicCreation: 'write allowAutoCreateTopics',
  maxBytes: 'write fetchMaxBytes',
  minBytes: 'write fetchMinBytes',
  maxBytesPerPartition: 'write maxPartitionFetchBytes',
  maxWaitTimeInMs: 'write fetchMaxWaitMs',
  rackId: 'write clientRack',
  fromBeginning: "write autoOffsetReset: 'earliest'",
  autoCommit: 'write enableAutoCommit',
  keySerializer: 'write keySerde',
  valueSerializer: 'write valueSerde',
  keyDeserializer: 'write keySerde',
  valueDeserializer: 'write valueSerde',
}

/** A value beside a name with dots. */
function looseText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join()
  return undefined
}

/** A value beside a name in camel case, which must have the type of its setting. */
function strictText(spelled: string, def: ConfigDef, value: unknown, wrong: string[]): string | undefined {
  const type = types[def.type]
  // Words of digits (`acks`) may come as numbers, which ones is said with their values; and settings whose name has one word only are spelled the same in files.
  if (
    type.fits(value) ||
    (def.type === 'STRING' && typeof value === 'number' && /\d/.test(def.valid)) ||
    (!/[A-Z]/.test(spelled) && typeof value === 'string')
  ) {
    return looseText(value)
  }
  const advice =
    value === null
      ? 'is null. Leave it out instead'
      : `must be ${type.what}, and is ${def.type === 'PASSWORD' ? `of type ${typeof value}` : describe(value)}`
  wrong.push(`${spelled} ${advice}.`)
  return undefined
}

const isNumber = { what: 'a whole number', fits: (value: unknown): boolean => Number.isInteger(value) }
const isText = { what: 'a string', fits: (value: unknown): boolean => typeof value === 'string' }

const types: Readonly<Record<ConfigDef['type'], { readonly what: string; fits(value: unknown): boolean }>> = {
  BOOLEAN: { what: 'true or false', fits: (value) => typeof value === 'boolean' },
  INT: isNumber,
  SHORT: isNumber,
  LONG: isNumber,
  DOUBLE: { what: 'a number', fits: (value) => typeof value === 'number' && Number.isFinite(value) },
  STRING: isText,
  CLASS: isText,
  LIST: {
    what: 'a list of strings, or one string with commas',
    fits: (value) => typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
  },
  PASSWORD: { what: 'a string', fits: (value) => typeof value === 'string' || value instanceof Secret },
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `the ${typeof value} ${value}`
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`
}

/** Whether two texts say the same: `1` and `01` do. */
function canonical(def: ConfigDef, text: string): string {
  try {
    return def.canonical('', text)
  } catch {
    return text
  }
}
