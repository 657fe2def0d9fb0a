/** The settings of a consumer that its membership and its commits look at. */
export interface GroupSettings {
  readonly groupId: string
  readonly groupInstanceId: string | undefined
  readonly groupProtocol: 'classic' | 'consumer' | 'auto'
  readonly groupRemoteAssignor: string | undefined
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
