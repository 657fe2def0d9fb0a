import type { Theme } from '../scenario.ts'
import { mixedGroups } from './mixed-groups.ts'
import { sameAnswers } from './same-answers.ts'

/** Beside other clients, on one broker. */
export const themes: readonly Theme[] = [mixedGroups, sameAnswers]
