import type { Admin as ClientAdmin, PerItem } from '@odradek/client'
import { KafkaError } from '@odradek/client'
import type { Connection } from '../connection.ts'
import { afterRetries, protocolError, toKafkaJS } from '../error-mapping.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import type { Logger } from '../types/logging.ts'

/** How the operations of an admin reach the cluster. */
export interface AdminCalls {
  readonly logger: Logger
  /** Runs `action` with the admin below; what it fails with comes out in the words of kafkajs. */
  <R>(action: (admin: ClientAdmin) => PromiseLike<R>): Promise<R>
  close(): Promise<void>
}

export function adminCalls(connection: Connection, logger: Logger): AdminCalls {
  let admin: Promise<ClientAdmin> | undefined
  const call = async <R>(action: (admin: ClientAdmin) => PromiseLike<R>): Promise<R> => {
    try {
      admin ??= make(connection).catch((error: unknown) => {
        admin = undefined
        throw error
      })
      return await action(await admin)
    } catch (error) {
      throw ofAdmin(error, connection)
    }
  }
  return Object.assign(call, {
    logger,
    async close() {
      admin = undefined
      await connection.close()
    },
  })
}

async function make(connection: Connection): Promise<ClientAdmin> {
  const kafka = await connection.kafka()
  return kafka.admin({ defaultApiTimeoutMs: connection.timeoutMs })
}

/** A broker's answer is given as it is; what was tried again in vain says so. */
function ofAdmin(error: unknown, { retry }: Connection): Error {
  if (!(error instanceof KafkaError)) return toKafkaJS(error)
  if (error.code === 'REQUEST_TIMED_OUT' || error.code === 'NETWORK_EXCEPTION') return afterRetries(error, retry)
  return toKafkaJS(error)
}

/** The failures among the items of an operation. */
export async function failures<Key>(items: PerItem<Key, unknown>): Promise<readonly (readonly [Key, KafkaError])[]> {
  return [...(await items.settled())].flatMap(([key, outcome]): readonly (readonly [Key, KafkaError])[] =>
    outcome.ok ? [] : [[key, outcome.error]],
  )
}

/** The error of an item, as kafkajs lists it. */
export const itemError = protocolError

/** Throws unless `list` is a list; kafkajs says it so. */
export function checkArray(what: string, list: unknown): void {
  if (!Array.isArray(list)) throw new KafkaJSNonRetriableError(`Invalid ${what} ${String(list)}`)
}

/** Throws unless all topics of a list have names, each another one. */
export function checkTopics(topics: readonly { readonly topic: unknown }[], what: string): void {
  if (topics.some(({ topic }) => typeof topic !== 'string')) {
    throw new KafkaJSNonRetriableError(`Invalid ${what}, the topic names have to be a valid string`)
  }
  if (new Set(topics.map(({ topic }) => topic)).size < topics.length) {
    throw new KafkaJSNonRetriableError(`Invalid ${what}, it cannot have multiple entries for the same topic`)
  }
}

export function checkName(what: string, name: unknown): void {
  if (typeof name !== 'string' || name === '') throw new KafkaJSNonRetriableError(`Invalid ${what} ${String(name)}`)
}
