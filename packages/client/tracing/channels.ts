import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Clock } from '@odradek/common/time'
import type { Offsets, Partitions } from '../partitions.ts'

/** A batch on its way: from closing it to its acknowledgement. Subscribers may add headers in `odradek:producer.record`, before this. */
export interface SendContext {
  readonly clientId: string
  readonly topic: string
  readonly partition: number
  readonly records: number
  readonly bytes: number
  /** Filled in when it is known. */
  offset?: number
  attempts?: number
  error?: unknown
}

/** A record given to `send`, before it is written. `headers` may be added to. Published only while somebody listens. */
export interface RecordMessage {
  readonly clientId: string
  readonly topic: string
  readonly partition: number | undefined
  readonly headers: [key: string, value: Uint8Array | string | null][]
}

/** A batch that came: published when it is handed out. */
export interface ReceiveContext {
  readonly clientId: string
  readonly groupId: string | undefined
  readonly topic: string
  readonly partition: number
  readonly firstOffset: number
  readonly records: number
}

/** A record in the hands of a handler of `run`, from its begin to its end. */
export interface ProcessContext {
  readonly clientId: string
  readonly groupId: string | undefined
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly headers: Iterable<readonly [key: string, value: Uint8Array | null]>
  error?: unknown
}

/** Offsets on their way to the coordinator, by a call of `commit` or by auto commit. */
export interface CommitContext {
  readonly clientId: string
  readonly groupId: string
  readonly offsets: Offsets
  error?: unknown
}

/** A request on its way to its answer. */
export interface RequestContext {
  readonly clientId: string
  /** The clock of the environment that the client was made with: tells clients of one `clientId` apart for whoever gave each its own. */
  readonly clock: Clock
  readonly api: string
  readonly apiKey: number
  readonly version: number
  readonly broker: number
  /** `host:port`, as it was dialled. */
  readonly address: string
  readonly correlationId: number
  readonly requestBytes: number
  responseBytes?: number
  error?: unknown
}

/** Partitions came or went; published before the rebalance listener is told. */
export interface RebalanceMessage {
  readonly clientId: string
  readonly groupId: string
  readonly kind: 'assigned' | 'revoked' | 'lost'
  readonly partitions: Partitions
  readonly generationId: number
  readonly reason: string
}

/** The coordinator has answered nothing for the session timeout: the group may have given the member's partitions to others. */
export interface CoordinatorSilentMessage {
  readonly clientId: string
  readonly groupId: string
  readonly memberId: string
  readonly silentMs: number
}

/** The client has learned anew which brokers, topics and leaders there are. */
export interface MetadataMessage {
  readonly clientId: string
  readonly revision: number
  readonly brokers: number
  readonly topics: number
}

/**
 * Where tools listen in: `node:diagnostics_channel`, by these names. Each costs nothing while nobody does:
 *
 * ```ts
 * if (sendChannel.hasSubscribers) sendChannel.start.publish(context)
 * ```
 *
 * Work that ends later publishes `start` at its begin, `asyncEnd` at its end, and `error` (with `context.error`) before that when it failed.
 */
export const sendChannel = tracingChannel<unknown, SendContext>('odradek:producer.send')
export const receiveChannel = tracingChannel<unknown, ReceiveContext>('odradek:consumer.receive')
export const processChannel = tracingChannel<unknown, ProcessContext>('odradek:consumer.process')
export const commitChannel = tracingChannel<unknown, CommitContext>('odradek:consumer.commit')
export const requestChannel = tracingChannel<unknown, RequestContext>('odradek:connection.request')
export const recordChannel = channel('odradek:producer.record')
export const rebalanceChannel = channel('odradek:consumer.rebalance')
export const coordinatorSilentChannel = channel('odradek:consumer.coordinator-silent')
export const metadataChannel = channel('odradek:metadata.update')
