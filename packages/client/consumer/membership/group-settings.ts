import type { ConsumerSettings } from '../../config/settings.ts'

/** The settings of a consumer that its membership and its commits look at. */
export type GroupSettings = Pick<
  ConsumerSettings,
  | 'clientId'
  | 'groupId'
  | 'groupInstanceId'
  | 'groupProtocol'
  | 'groupRemoteAssignor'
  | 'sessionTimeoutMs'
  | 'heartbeatIntervalMs'
  | 'maxPollIntervalMs'
  | 'requestTimeoutMs'
  | 'defaultApiTimeoutMs'
  | 'retryBackoffMs'
  | 'retryBackoffMaxMs'
  | 'clientRack'
  | 'given'
>
