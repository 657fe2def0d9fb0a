import type { Command } from '../command.ts'
import { topicAlter } from './alter.ts'
import { topicCreate } from './create.ts'
import { topicDelete } from './delete.ts'
import { topicDescribe } from './describe.ts'
import { topicList } from './list.ts'
import { topicTrim } from './trim.ts'

export const commands: readonly Command[] = [topicList, topicDescribe, topicCreate, topicAlter, topicDelete, topicTrim]
