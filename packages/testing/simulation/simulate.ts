import { planOf } from './plan.ts'
import type { Plan, WorkloadPlan } from './plan.ts'
import { injectFaults } from './faults.ts'
import { Simulation } from './simulation.ts'
import { CopyWorkload } from './workloads/copy.ts'
import { GroupWorkload } from './workloads/group.ts'
import { ProduceWorkload } from './workloads/produce.ts'
import { SeekerWorkload } from './workloads/seeker.ts'
import { TransactionsWorkload } from './workloads/transactions.ts'
import type { Workload } from './workloads/workload.ts'
import { World } from './world/world.ts'
import type { Violation } from './world/world.ts'

/** What came of one seed. */
export interface Outcome {
  readonly seed: string
  readonly violations: readonly Violation[]
  readonly events: number
  readonly acked: number
  readonly hash: string
  readonly virtualMs: number
  readonly counts: ReadonlyMap<string, number>
  /** The last lines of what happened, when something is wrong, or when they were asked for. */
  readonly trace: readonly string[]
}

/** After everything is mended, so long may it take until everything has come to rest. */
const restWithinMs = 90_000
const stepMs = 50
/** A little more than the longest `transaction.timeout.ms` of the workloads. */
const longestTransactionMs = 25_000

/**
 * Runs one seed from beginning to end: faults, healing, rest. The same seed always gives the same outcome.
 *
 * @param mode - `traced` gives the last lines of what happened also when all is well.
 */
export async function simulate(seed: string, plan: Plan = planOf(seed), mode?: 'traced'): Promise<Outcome> {
  const world = new World(plan)
  const stopWatching = watchForUnhandled(world)
  try {
    await run(world)
  } catch (error) {
    world.violate('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    stopWatching()
  }
  return {
    seed,
    violations: world.violations,
    events: world.trace.events,
    acked: world.counts.get('acknowledged') ?? 0,
    hash: world.trace.hash,
    virtualMs: world.nowMs,
    counts: world.counts,
    trace: world.violations.length > 0 || mode === 'traced' ? world.trace.lines() : [],
  }
}

async function run(world: World): Promise<void> {
  const simulation = new Simulation(world)
  const workloads = world.plan.workloads.map((plan, index) => workloadOf(simulation, plan, index))
  for (const workload of workloads) workload.start()
  injectFaults(simulation)
  await advanceUntil(world, () => world.nowMs >= world.plan.faultsMs)
  if (world.violations.length > 0) return

  world.note('healed')
  world.isHealed = true
  simulation.cluster.heal()
  simulation.network.heal()
  await settle(world, 'the work', Promise.all(workloads.map((workload) => workload.finish())))
  const untilMs = world.nowMs + restWithinMs
  await advanceUntil(world, () => workloads.every((workload) => workload.isDrained()) || world.nowMs >= untilMs)
  if (world.violations.length > 0) return
  const lacks = workloads.filter((workload) => !workload.isDrained()).map((workload) => workload.lack())
  if (lacks.length > 0) world.violate('stuck', `readers did not get everything in ${restWithinMs} ms: ${lacks.join('; ')}`)
  if (world.violations.length > 0) return

  await settle(world, 'closing', Promise.all(workloads.map((workload) => workload.close())))
  await world.time.advance(1_000)
  checkNothingIsLeft(simulation)
  // A request that comes after its connection has ended may have begun a transaction anew (KIP-890 mends that): its timeout ends it.
  const overMs = world.nowMs + longestTransactionMs
  await advanceUntil(world, () => simulation.transactions.open.length === 0 || world.nowMs >= overMs)
  world.sometimes('acknowledged', simulation.ledger.acked)
  world.sometimes('failed to send', simulation.ledger.failed)
  world.sometimes(
    'processed',
    [...simulation.groupCheckers.values()].reduce((sum, { processed }) => sum + processed, 0),
  )
  simulation.ledger.checkSettled()
  simulation.log.checkKept()
  simulation.transactionChecker.checkWhole(simulation.transactions)
  simulation.groups.close()
}

function workloadOf(simulation: Simulation, plan: WorkloadPlan, index: number): Workload {
  switch (plan.kind) {
    case 'produce':
      return new ProduceWorkload(simulation, plan, simulation.topic(index === 0 ? 'orders' : 'payments'))
    case 'group':
      return new GroupWorkload(simulation, plan, [simulation.topic('orders'), simulation.topic('payments')])
    case 'seeker':
      return new SeekerWorkload(simulation, plan, simulation.topic('orders'))
    case 'transactions':
      return new TransactionsWorkload(simulation, plan, [simulation.topic('orders'), simulation.topic('payments')])
    default:
      return new CopyWorkload(simulation, plan, simulation.topic('orders'), simulation.topic('copies'))
  }
}

/** Everything is closed: no timer of a client waits, no connection is open, nobody keeps the process from ending. */
function checkNothingIsLeft({ world, processes }: Simulation): void {
  for (const process of processes) {
    if (!process.isAlive) continue
    if (process.pendingTimers > 0) world.violate('CL2', `${process.name} is closed, and ${process.pendingTimers} timers wait`)
    if (process.openTransports > 0) world.violate('CL2', `${process.name} is closed, and ${process.openTransports} connections are open`)
    if (process.holds > 0) world.violate('CL2', `${process.name} is closed, and still keeps the process from ending`)
  }
}

async function settle(world: World, what: string, promise: Promise<unknown>): Promise<void> {
  let isDone = false
  promise.then(
    () => (isDone = true),
    (error: unknown) => {
      isDone = true
      world.violate('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
    },
  )
  const untilMs = world.nowMs + restWithinMs
  await advanceUntil(world, () => isDone || world.nowMs >= untilMs)
  if (!isDone && world.violations.length === 0)
    world.violate('stuck', `${what} has not come to an end ${restWithinMs} ms after all is well`)
}

async function advanceUntil(world: World, isOver: () => boolean): Promise<void> {
  while (!isOver() && world.violations.length === 0) await world.time.advance(stepMs)
}

/** A rejection that nobody handles ends the process of whoever uses the client. */
function watchForUnhandled(world: World): () => void {
  const watch = (reason: unknown): void =>
    world.violate('unhandled', reason instanceof Error ? (reason.stack ?? reason.message) : String(reason))
  process.on('unhandledRejection', watch)
  return () => process.off('unhandledRejection', watch)
}
