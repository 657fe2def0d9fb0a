import type { Command } from '../command.ts'
import { clusterHealth } from './health.ts'
import { clusterInfo } from './info.ts'

export const commands: readonly Command[] = [clusterInfo, clusterHealth]
