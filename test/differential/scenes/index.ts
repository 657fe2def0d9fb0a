import type { Scene } from '../line.ts'
import { performanceScenes } from './performance.ts'
import { recordScenes } from './records.ts'
import { topicScenes } from './topics.ts'
import { verifiableScenes } from './verifiable.ts'

/** All of them, in the order in which they are run: what one leaves, those after it find. */
export const scenes: readonly Scene[] = [...topicScenes, ...recordScenes, ...verifiableScenes, ...performanceScenes]
