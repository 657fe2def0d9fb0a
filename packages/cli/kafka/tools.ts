import type { Tool } from './tool.ts'

/** Every tool by its name, loaded when it is asked for. */
export const tools: ReadonlyMap<string, () => Promise<{ readonly tool: Tool }>> = new Map(
  Object.entries({
    'kafka-cluster': () => import('./cluster/cluster.ts'),
    'kafka-consumer-perf-test': () => import('./consumer-perf-test/consumer-perf-test.ts'),
    'kafka-e2e-latency': () => import('./e2e-latency/e2e-latency.ts'),
    'kafka-features': () => import('./features/features.ts'),
    'kafka-storage': () => import('./storage/storage.ts'),
    'kafka-server-start': () => import('./server-start/server-start.ts'),
    'kafka-server-stop': () => import('./server-stop/server-stop.ts'),
    'kafka-producer-perf-test': () => import('./producer-perf-test/producer-perf-test.ts'),
    'kafka-verifiable-consumer': () => import('./verifiable-consumer/verifiable-consumer.ts'),
    'kafka-verifiable-producer': () => import('./verifiable-producer/verifiable-producer.ts'),
    'kafka-console-consumer': () => import('./console-consumer/console-consumer.ts'),
    'kafka-console-producer': () => import('./console-producer/console-producer.ts'),
    'kafka-broker-api-versions': () => import('./broker-api-versions/broker-api-versions.ts'),
    'kafka-log-dirs': () => import('./log-dirs/log-dirs.ts'),
    'kafka-dump-log': () => import('./dump-log/dump-log.ts'),
    'kafka-consumer-groups': () => import('./consumer-groups/consumer-groups.ts'),
    'kafka-groups': () => import('./groups/groups.ts'),
    'kafka-configs': () => import('./configs/configs.ts'),
    'kafka-delete-records': () => import('./delete-records/delete-records.ts'),
    'kafka-get-offsets': () => import('./get-offsets/get-offsets.ts'),
    'kafka-leader-election': () => import('./leader-election/leader-election.ts'),
    'kafka-replica-verification': () => import('./replica-verification/replica-verification.ts'),
    'kafka-topics': () => import('./topics/topics.ts'),
  }),
)
