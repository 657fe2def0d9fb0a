import type { Random } from '@odradek/common/random'
import { isActive } from '../image/broker-image.ts'
import type { BrokerImage } from '../image/broker-image.ts'

export interface PlacementRequest {
  readonly partitions: number
  readonly replicationFactor: number
}

/**
 * Puts the replicas of new partitions on brokers: over racks in turn, and within a rack over brokers in turn, from a random
 * start. With racks A, B, C of two brokers each, and all starts at 0, three partitions of two replicas become
 *
 *     partition 0: a0 b0      partition 1: b1 c1      partition 2: c0 a0
 *
 * Racks come first: a rack of one broker gets as many replicas as a rack of ten. The first replica, which will lead, is
 * on a broker that lives; the others go to brokers that are away only when their rack has no living one left.
 *
 * Returns the replicas of each partition, or a sentence that says why there is no placement.
 */
export function placeReplicas(
  brokers: readonly BrokerImage[],
  request: PlacementRequest,
  random: Random,
): readonly (readonly number[])[] | string {
  const { partitions, replicationFactor } = request
  const active = brokers.filter(isActive).length
  if (active === 0) return 'All brokers are currently fenced.'
  if (replicationFactor > brokers.length) {
    return `The target replication factor of ${replicationFactor} cannot be reached because only ${brokers.length} broker(s) are registered.`
  }
  let racks = racksOf(brokers, random)
  let firstRack = random.nextInt(racks.length)
  return Array.from({ length: partitions }, (_, index) => {
    // After as many partitions as there are leaders the pattern would repeat, and so would the pairs of leader and follower.
    if (index > 0 && index % active === 0 && active > 1) racks = shuffled(racks, random)
    return onePartition(racks, firstRack++ % racks.length, index, replicationFactor)
  })
}

/** The brokers of a rack in the order in which they are taken, those that live apart. */
interface Rack {
  readonly active: readonly number[]
  readonly away: readonly number[]
}

function racksOf(brokers: readonly BrokerImage[], random: Random): readonly Rack[] {
  const byRack = Map.groupBy(brokers, ({ rack }) => rack ?? '')
  const names = Array.from(byRack.keys()).toSorted()
  return names.map((name) => {
    const members = byRack.get(name) ?? []
    return {
      active: rotated(members.filter(isActive), random),
      away: rotated(
        members.filter((broker) => !isActive(broker)),
        random,
      ),
    }
  })
}

function onePartition(racks: readonly Rack[], firstRack: number, turn: number, replicationFactor: number): readonly number[] {
  // Each partition begins one broker further in every rack.
  const queues = racks.map(({ active, away }) => ({ active: fromTurn(active, turn), away: fromTurn(away, turn) }))
  const inTurn = [...queues.slice(firstRack), ...queues.slice(0, firstRack)]
  const leaderRack = inTurn.findIndex(({ active }) => active.length > 0)
  const replicas = inTurn[leaderRack]?.active.splice(0, 1) ?? []
  for (let rack = leaderRack + 1; replicas.length < replicationFactor; rack++) {
    const queue = inTurn[rack % inTurn.length]
    const next = queue?.active.shift() ?? queue?.away.shift()
    if (next !== undefined) replicas.push(next)
  }
  return replicas
}

function fromTurn(brokers: readonly number[], turn: number): number[] {
  const start = brokers.length === 0 ? 0 : turn % brokers.length
  return [...brokers.slice(start), ...brokers.slice(0, start)]
}

function rotated(brokers: readonly BrokerImage[], random: Random): readonly number[] {
  const ids = brokers.map(({ id }) => id).toSorted((a, b) => a - b)
  return ids.length === 0 ? ids : fromTurn(ids, random.nextInt(ids.length))
}

function shuffled(racks: readonly Rack[], random: Random): readonly Rack[] {
  return shuffle(racks, random).map(({ active, away }) => ({ active: shuffle(active, random), away: shuffle(away, random) }))
}

function shuffle<T>(list: readonly T[], random: Random): readonly T[] {
  const result = list.slice()
  for (let last = result.length - 1; last > 0; last--) {
    const chosen = random.nextInt(last + 1)
    const [a, b] = [result[last], result[chosen]]
    if (a !== undefined && b !== undefined) [result[last], result[chosen]] = [b, a]
  }
  return result
}
