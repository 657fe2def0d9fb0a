import type { BenchCase } from '../bench-case.ts'
import { connectionCases } from './connections.ts'
import { fetchCases } from './fetch.ts'
import { fsyncCases } from './fsync.ts'
import { groupCases } from './groups.ts'
import { latencyCases } from './latency.ts'
import { librdkafkaCases } from './librdkafka.ts'
import { produceCases } from './produce.ts'
import { idleCases, startCases } from './start.ts'
import { topicCases } from './topics.ts'

/** Every question, in the order in which they are asked: neighbours with the same settings share their brokers. */
export const allCases: readonly BenchCase[] = [
  ...startCases,
  ...idleCases,
  ...produceCases,
  ...fetchCases,
  ...librdkafkaCases,
  ...latencyCases,
  ...fsyncCases,
  ...groupCases,
  ...connectionCases,
  ...topicCases,
]
