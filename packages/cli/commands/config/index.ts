import type { Command } from '../command.ts'
import { configExplain } from './explain.ts'
import { configList } from './list.ts'
import { configSet } from './set.ts'

export const commands: readonly Command[] = [configList, configExplain, configSet]
