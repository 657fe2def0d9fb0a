/** The compression codecs of Kafka, by the names its clients use. */
export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/**
 * A foreign client: a program in its own language with three commands.
 *
 *     produce BOOTSTRAP TOPIC CODEC CORPUS   sends each line of the corpus as a record, waits until all are acknowledged
 *     consume BOOTSTRAP TOPIC COUNT          reads from the beginning, prints COUNT records, ends
 *     member BOOTSTRAP GROUP TOPIC           a member of a group: prints `partition offset` for each record, commits, until it is killed
 *
 * A corpus line is `key value [header-name header-value]…`, each `-` for null or `x` and the bytes in hex: the one format
 * that every language, C included, reads without a library. A consumed line is `partition offset` and then the same.
 */
export interface Client {
  readonly name: string
  /** Runs in the fast half, which CI takes. */
  readonly fast: boolean
  readonly codecs: readonly Codec[]
  /** What this client can't express; the corpus is adapted, and the matrix says so. */
  readonly lacks?: readonly ('headers' | 'nulls' | 'null header values')[]
  /** Builds what is needed; answers why the client can't run here, or undefined when it can. */
  prepare(scratch: string): string | undefined
  /** The program and its first arguments; the harness appends the command. */
  program(scratch: string): readonly string[]
}
