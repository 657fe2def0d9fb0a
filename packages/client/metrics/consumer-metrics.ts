import type { ClientMetrics, MetricGroup, Sensor, SensorMetrics } from './client-metrics.ts'
import { avgAndMax, counts } from './shown.ts'

/** What a consumer counts of its application: Java's KafkaConsumerMetrics. */
export class ConsumerMetrics {
  readonly group: MetricGroup
  /** Milliseconds between asking for two items. */
  readonly timeBetweenPolls: Sensor
  /** Part of the time that the application waits for records, from 0 to 1, of each poll. */
  readonly idleRatio: Sensor
  /** Nanoseconds. */
  readonly commitTime: Sensor
  readonly committedTime: Sensor

  /** `secondsSincePoll`: −1 before the first. */
  constructor(metrics: ClientMetrics, secondsSincePoll: () => number) {
    const group = metrics.group('consumer-metrics')
    this.group = group
    this.timeBetweenPolls = group.sensor(avgAndMax('time-between-poll', 'Milliseconds between asking for two items'))
    this.idleRatio = group.sensor({ avg: ['poll-idle-ratio-avg', 'Part of its time that the application waits for records'] })
    this.commitTime = group.sensor({ total: ['commit-sync-time-ns-total', 'Nanoseconds spent in commit'] })
    this.committedTime = group.sensor({ total: ['committed-time-ns-total', 'Nanoseconds spent in committed'] })
    group.gauge('last-poll-seconds-ago', 'Seconds since an item was asked for; −1 before the first', secondsSincePoll)
  }
}

/** What a member of a group counts: Java's AbstractCoordinator and ConsumerCoordinator. */
export class CoordinatorMetrics {
  readonly group: MetricGroup
  /** Milliseconds, of all of these. */
  readonly heartbeat: Sensor
  readonly join: Sensor
  readonly sync: Sensor
  readonly rebalance: Sensor
  readonly failedRebalance: Sensor
  readonly commit: Sensor
  readonly assigned: Sensor
  readonly revoked: Sensor
  readonly lost: Sensor
  readonly coordinatorSilent: Sensor

  /** Seconds since something, −1 before the first. */
  constructor(
    metrics: ClientMetrics,
    now: {
      readonly assignedPartitions: () => number
      readonly secondsSinceHeartbeat: () => number
      readonly secondsSinceRebalance: () => number
    },
  ) {
    const group = metrics.group('consumer-coordinator-metrics')
    this.group = group
    const latency = (name: string, what: string): SensorMetrics => avgAndMax(name, `Milliseconds that ${what} took`)
    this.heartbeat = group.sensor({
      max: ['heartbeat-response-time-max', 'Milliseconds from a heartbeat to its answer, at most'],
      ...counts('heartbeat', 'Heartbeats'),
    })
    this.join = group.sensor({ ...latency('join-time', 'joining'), ...counts('join', 'Joins') })
    this.sync = group.sensor({ ...latency('sync-time', 'getting the assignment'), ...counts('sync', 'Assignments asked for') })
    this.rebalance = group.sensor({
      ...latency('rebalance-latency', 'a rebalance'),
      total: ['rebalance-latency-total', 'Milliseconds spent in rebalances'],
      countPerHour: ['rebalance-rate-per-hour', 'Rebalances an hour'],
      countTotal: ['rebalance-total', 'Rebalances'],
    })
    this.failedRebalance = group.sensor({
      countPerHour: ['failed-rebalance-rate-per-hour', 'Rebalances an hour that failed'],
      countTotal: ['failed-rebalance-total', 'Rebalances that failed'],
    })
    this.commit = group.sensor({ ...latency('commit-latency', 'a commit'), ...counts('commit', 'Commits') })
    this.assigned = group.sensor(latency('partition-assigned-latency', 'onPartitionsAssigned'))
    this.revoked = group.sensor(latency('partition-revoked-latency', 'onPartitionsRevoked'))
    this.lost = group.sensor(latency('partition-lost-latency', 'onPartitionsLost'))
    this.coordinatorSilent = group.sensor({
      countTotal: ['coordinator-silent-total', 'How often the coordinator answered no heartbeat for the session timeout'],
    })
    group.gauge('assigned-partitions', 'Partitions that are assigned', now.assignedPartitions)
    group.gauge('last-heartbeat-seconds-ago', 'Seconds since a heartbeat was sent; −1 before the first', now.secondsSinceHeartbeat)
    group.gauge('last-rebalance-seconds-ago', 'Seconds since the last rebalance; −1 before the first', now.secondsSinceRebalance)
  }
}
