import type { ConfigResource } from './config-resource.ts'
import type { TopicChange } from './topics-image.ts'

/** What a commit changed, for those who act on it: logs are opened, leaders begin, settings take hold. */
export interface ImageDelta {
  readonly revision: number
  readonly topics: readonly TopicChange[]
  /** Whose settings changed. */
  readonly configs: readonly ConfigResource[]
  /** Ids of brokers that came, went or changed. */
  readonly brokers: readonly number[]
  /** Whether the finalized features changed. */
  readonly features: boolean
}
