import type { Assignor, AssignorName } from '../../assignor.ts'
import { range } from './range.ts'
import { roundRobin } from './round-robin.ts'
import { cooperativeSticky, sticky } from './sticky.ts'

const builtIn: Readonly<Record<AssignorName, () => Assignor>> = {
  range: () => range,
  roundrobin: () => roundRobin,
  sticky,
  'cooperative-sticky': cooperativeSticky,
}

/** The built-in assignors by their names. The sticky ones remember what their member got, so each consumer has its own. */
export function assignorNamed(name: AssignorName): Assignor {
  return builtIn[name]()
}

export { kafkajsRoundRobin } from './kafkajs-round-robin.ts'
export { cooperativeSticky, range, roundRobin, sticky }
