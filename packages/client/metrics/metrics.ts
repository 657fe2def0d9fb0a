/** One figure of a client, under the name that the Java client gives it. */
export interface Metric {
  /** `record-send-total` */
  readonly name: string
  /** `producer-metrics` */
  readonly group: string
  readonly description: string
  /** `client-id`, and where there are several: `node-id`, `topic`, `partition`. */
  readonly tags: Readonly<Record<string, string>>
  /** Of this moment. NaN where nothing has been measured yet. */
  value(): number
}

/** The figures of one client. A view: it shows what is, whenever it is asked. */
export interface Metrics extends Iterable<Metric> {
  readonly size: number
  /** The value of the first metric of that name that has all of `tags` (and the group); undefined when there is none. */
  get(name: string, where?: { readonly group?: string; readonly tags?: Readonly<Record<string, string>> }): number | undefined
}
