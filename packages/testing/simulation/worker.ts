import { parentPort, workerData } from 'node:worker_threads'
import type { Outcome } from './simulate.ts'
import { plant } from './planted/plant.ts'
import type { PlantedBug } from './planted/bugs.ts'

/** What a worker is to do: every `step`-th seed from `from` on, until it is told to stop. */
export interface WorkerTask {
  readonly from: number
  readonly step: number
  readonly until: number
  readonly bug?: PlantedBug | undefined
  /** Every so many seeds one runs twice, and must come out the same. */
  readonly twiceEvery: number
}

/** What it says of each seed. Counts come as entries, since that is what crosses threads. */
export type WorkerReport =
  | {
      readonly kind: 'outcome'
      readonly outcome: Omit<Outcome, 'counts'>
      readonly counts: readonly (readonly [string, number])[]
      readonly again: string | undefined
    }
  | { readonly kind: 'not planted' }

export const seedOf = (number: number): string => `0x${number.toString(16)}`

if (parentPort !== null) await work(parentPort, taskOf(workerData))

async function work(port: NonNullable<typeof parentPort>, task: WorkerTask): Promise<void> {
  // Errors are made by the thousand, and their stacks looked at by nobody: whoever runs the one seed again sees them.
  Error.stackTraceLimit = 0
  const planted = task.bug === undefined ? undefined : plant(task.bug)
  const { simulate } = await import('./simulate.ts')
  if (planted?.isPlanted() === false) port.postMessage({ kind: 'not planted' } satisfies WorkerReport)
  for (let number = task.from; number < task.until; number += task.step) {
    const { counts, ...outcome } = await simulate(seedOf(number))
    const isTwice = task.twiceEvery > 0 && Math.floor(number / task.step) % task.twiceEvery === 0
    const again = isTwice ? (await simulate(seedOf(number))).hash : undefined
    port.postMessage({ kind: 'outcome', outcome, counts: [...counts], again } satisfies WorkerReport)
  }
}

/** What `campaign` has put there. */
function taskOf(data: WorkerTask): WorkerTask {
  return data
}
