import { UserError } from '@odradek/common/errors'
import { errorCode } from '@odradek/protocol'
import type { SeenRequest } from './rule.ts'

/** How a request names a topic: by its name or by its id, depending on its version. */
export interface TopicReference {
  readonly name: unknown
  readonly topicId: unknown
}

/** A request, divided into what concerns some topics and what does not. */
export type TopicSplit =
  /** Nothing of it does. `watch`, where it is there, wants to see the answer on its way. */
  | { readonly kind: 'none'; readonly watch?: (answer: unknown) => unknown }
  /** Nobody can tell; with this answer the client says it again, in full. */
  | { readonly kind: 'refused'; readonly answer: unknown }
  | { readonly kind: 'all' }
  | {
      readonly kind: 'some'
      readonly meant: Fields
      /** Undefined: nothing is left that the broker could be asked. */
      readonly others: Fields | undefined
      /** One answer of two. */
      readonly join: (others: unknown, meant: unknown) => unknown
    }

type Fields = Readonly<Record<string, unknown>>

/** Where requests and answers of an API have their topics. */
const places: Readonly<Record<string, readonly [asked: string, answered: string]>> = {
  CreatePartitions: ['topics', 'results'],
  CreateTopics: ['topics', 'topics'],
  DeleteRecords: ['topics', 'topics'],
  Fetch: ['topics', 'responses'],
  ListOffsets: ['topics', 'topics'],
  Metadata: ['topics', 'topics'],
  OffsetCommit: ['topics', 'topics'],
  OffsetDelete: ['topics', 'topics'],
  OffsetForLeaderEpoch: ['topics', 'topics'],
  Produce: ['topicData', 'responses'],
}

/** Throws a `UserError` for an API whose requests name no topics that could be told apart. */
export function checkHasTopics(api: string): void {
  if (places[api] !== undefined) return
  throw new UserError(
    `Requests of ${api} cannot be divided by topic, as those of ${Object.keys(places).join(', ')} can: leave topic out, and choose requests with where`,
  )
}

/**
 * Divides a request of an API for which `checkHasTopics` holds. `clearSessions`: fetch sessions in which no topic is meant; it is filled and used here.
 *
 * Within a session (KIP-227) a fetch names only what has changed, so that nobody who looks at the request knows what it is about. It is sent away with
 * FETCH_SESSION_ID_NOT_FOUND, which clients answer with a fetch that names everything.
 */
export function splitByTopic(
  { api, body }: Pick<SeenRequest, 'api' | 'body'>,
  isMeant: (reference: TopicReference) => boolean,
  clearSessions: Set<number>,
): TopicSplit {
  const place = places[api]
  if (place === undefined || !isFields(body)) return { kind: 'none' }
  const [asked, answered] = place
  const topics = listOf(body[asked])
  const meant = topics.filter((topic) => isMeant(referenceOf(topic)))
  if (api === 'Fetch') {
    const isIncremental = Number(body['sessionEpoch']) > 0
    if (isIncremental && (meant.length > 0 || !clearSessions.has(Number(body['sessionId'])))) return { kind: 'refused', answer: sayAgain }
    if (meant.length === 0) return { kind: 'none', watch: (answer) => noteSession(answer, clearSessions) }
  } else if (meant.length === 0) return { kind: 'none' }
  const rest = topics.filter((topic) => !meant.includes(topic))
  const join = (others: unknown, failed: unknown): unknown => {
    if (!isFields(others) || !isFields(failed)) return undefined
    return { ...others, [answered]: [...listOf(others[answered]), ...listOf(failed[answered])] }
  }
  if (api === 'Fetch') {
    // A session must not begin without what fails: its client would never name that again.
    const others = rest.length === 0 ? undefined : { ...body, [asked]: rest, maxWaitMs: 0, sessionId: 0, sessionEpoch: -1 }
    return { kind: 'some', meant: { ...body, [asked]: meant }, others, join: (answer, failed) => join(answer ?? nothingFetched, failed) }
  }
  // An answer to Metadata has brokers besides its topics.
  if (rest.length === 0 && api !== 'Metadata') return { kind: 'all' }
  return { kind: 'some', meant: { ...body, [asked]: meant }, others: { ...body, [asked]: rest }, join }
}

const nothingFetched = { errorCode: 0, sessionId: 0, responses: [] }
const sayAgain = { errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND'), responses: [] }

function noteSession(answer: unknown, sessions: Set<number>): unknown {
  if (answer instanceof Promise) return answer.then((later) => noteSession(later, sessions))
  if (isFields(answer)) sessions.add(Number(answer['sessionId']))
  return answer
}

function referenceOf(topic: unknown): TopicReference {
  return isFields(topic) ? { name: topic['name'] ?? topic['topic'], topicId: topic['topicId'] } : { name: undefined, topicId: undefined }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
