import type { Scene } from '../line.ts'
import { topicScenes } from './topics.ts'

export const scenes: readonly Scene[] = [...topicScenes]
