/** What a peer is asked to do: given to its program as JSON, answered by one line of JSON (`Figures`). */
export interface Job {
  readonly kind: JobKind
  readonly bootstrap: string
  readonly topic: string
  readonly partitions: number
  readonly recordBytes: number
  /** Length of what is measured; a warm-up of `warmUpSeconds` comes before it in the same process. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** How many callers await a send each; 1 but for `awaited`. */
  readonly tasks: number
  /** Records that lie in the topic, for those who consume. */
  readonly records: number
  /** Sends a second that are due, for `latency`. */
  readonly rate: number
  /** `batch.size` of a producer; 0: the client's default. */
  readonly batchBytes: number
}

export type JobKind =
  /** As fast as the client can, nobody waiting for a single record; acks=all. */
  | 'produce'
  /** `tasks` callers, each awaiting one send after the other. */
  | 'awaited'
  /** Out of an async iterable or a stream. */
  | 'stream'
  /** Each record through the client's loop for single records, its value looked at. */
  | 'consume-records'
  /** Each record through the client's loop for batches. */
  | 'consume-batches'
  /** One producer, one consumer, an open loop of sends: due → received. */
  | 'latency'

export interface Figures {
  readonly records: number
  /** Wall time of what was measured. */
  readonly seconds: number
  /** User and system time of the whole process meanwhile, all threads. */
  readonly cpuSeconds: number
  /** At its peak. */
  readonly residentMegabytes: number
  /** Milliseconds; where single operations were timed. */
  readonly p50?: number
  readonly p99?: number
  readonly max?: number
}
