import type { SeededRandom } from '@odradek/common/random'
import type { TimedFault } from './plan.ts'
import type { Simulation } from './simulation.ts'
import { pick } from './world/pick.ts'

/** Lets the planned faults come at their times. */
export function injectFaults(simulation: Simulation): void {
  const { world } = simulation
  const dice = world.random.fork('faults')
  for (const { atMs, fault } of world.plan.faults) {
    world.time.after(atMs, () => {
      if (!world.isHealed) strike(simulation, fault, dice)
    })
  }
}

function strike(simulation: Simulation, fault: TimedFault, dice: SeededRandom): void {
  const { world, cluster, coordinators, processes, fetches } = simulation
  world.note('fault', fault.kind)
  world.sometimes(`fault: ${fault.kind}`)
  const partition = pick(cluster.partitions, dice)
  const alive = processes.filter((process) => process.isAlive)
  switch (fault.kind) {
    case 'move-leader':
      return cluster.moveLeader(partition)
    case 'resign-leader':
      return cluster.moveLeader(partition, { noLeaderMs: 20 + dice.nextInt(1_500) })
    case 'zombie-leader':
      return cluster.moveLeader(partition, { zombieMs: fault.forMs })
    case 'move-coordinator':
      return coordinators.move(pick(coordinators.seats, dice))
    case 'pause-client':
      if (alive.length > 0) pick(alive, dice).pause(100 + dice.nextInt(dice.nextInt(3) === 0 ? 8_000 : 1_500))
      return
    case 'crash-client': {
      // Producers that wait for their results are not killed: whether those come is what is looked at.
      const mortal = alive.filter(({ name }) => name.startsWith('member') || name.startsWith('transactional'))
      if (mortal.length > 0) pick(mortal, dice).kill()
      return
    }
    case 'forget-sessions':
      return fetches.forgetSessions(pick(cluster.brokers, dice))
    case 'crash-broker':
      return cluster.crash(pick(cluster.brokers, dice), fault.downMs)
    case 'isolate-broker':
      return pick(cluster.brokers, dice).isolate(fault.forMs)
  }
}
