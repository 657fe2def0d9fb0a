import type { Random } from '@odradek/common/random'
import type { ClusterImage } from '../image/cluster-image.ts'
import type { Change } from '../store.ts'
import type { ConfigRules } from './config-rules.ts'
import type { ControllerSettings } from './settings.ts'

/** What a controller decided: what is to be written, and what is answered once it is. */
export interface Decision<Answer> {
  readonly changes: readonly Change[]
  readonly answer: Answer
}

/** What decisions are made from. Decisions are functions of it and of the request, and of nothing else. */
export interface DecisionContext {
  readonly image: ClusterImage
  readonly settings: ControllerSettings
  readonly rules: ConfigRules
  readonly random: Random
}
