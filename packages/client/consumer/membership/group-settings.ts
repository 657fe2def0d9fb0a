/** The settings of a consumer that its membership and its commits look at. */
export interface GroupSettings {
  /** Without one there is no membership, and nothing to commit to. */
  readonly groupId: string | null | undefined
  readonly groupInstanceId: string | null | undefined
  readonly groupProtocol: 'classic' | 'consumer' | 'auto'
  readonly groupRemoteAssignor: string | null | undefined
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly maxPollIntervalMs: number
  readonly requestTimeoutMs: number
  readonly defaultApiTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly clientRack: string
  /** Names of settings that the user gave, in camel case. */
  readonly given: ReadonlySet<string>
}
