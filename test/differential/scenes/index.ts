import type { Scene } from '../line.ts'
import { clusterScenes } from './cluster.ts'
import { configScenes } from './configs.ts'
import { consoleScenes } from './console.ts'
import { groupScenes } from './groups.ts'
import { performanceScenes } from './performance.ts'
import { recordScenes } from './records.ts'
import { storageScenes } from './storage.ts'
import { topicScenes } from './topics.ts'
import { verifiableScenes } from './verifiable.ts'

/** All of them, in the order in which they are run: what one leaves, those after it find. */
export const scenes: readonly Scene[] = [
  ...topicScenes,
  ...configScenes,
  ...recordScenes,
  ...clusterScenes,
  ...storageScenes,
  ...groupScenes,
  ...consoleScenes,
  ...verifiableScenes,
  ...performanceScenes,
]
