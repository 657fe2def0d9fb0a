import type { Theme } from '../scenario.ts'
import { killing } from './killing.ts'
import { moving } from './moving.ts'

/** Against three brokers that the run has started, one scenario after the other. */
export const themes: readonly Theme[] = [moving, killing]
