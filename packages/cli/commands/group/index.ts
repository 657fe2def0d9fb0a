import type { Command } from '../command.ts'
import { groupDelete } from './delete.ts'
import { groupDescribe } from './describe.ts'
import { groupList } from './list.ts'
import { groupReset } from './reset.ts'

export const commands: readonly Command[] = [groupList, groupDescribe, groupReset, groupDelete]
