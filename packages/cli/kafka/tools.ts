import type { Tool } from './tool.ts'

/** Every tool by its name, loaded when it is asked for. */
export const tools: ReadonlyMap<string, () => Promise<{ readonly tool: Tool }>> = new Map(
  Object.entries({
    'kafka-consumer-perf-test': () => import('./consumer-perf-test/consumer-perf-test.ts'),
    'kafka-e2e-latency': () => import('./e2e-latency/e2e-latency.ts'),
    'kafka-verifiable-consumer': () => import('./verifiable-consumer/verifiable-consumer.ts'),
    'kafka-verifiable-producer': () => import('./verifiable-producer/verifiable-producer.ts'),
    'kafka-producer-perf-test': () => import('./producer-perf-test/producer-perf-test.ts'),
    'kafka-topics': () => import('./topics/topics.ts'),
  }),
)
