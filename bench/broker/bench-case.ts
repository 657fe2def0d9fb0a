import type { Contender, ContenderName, RunningBroker, Settings } from '../contenders/contender.ts'
import type { Load } from '../load/load.ts'

/** What one run has measured, by the names of `metrics.ts`. */
export type Measured = Readonly<Record<string, number>>

/** What the ratio ours : theirs should be. */
export interface Goal {
  readonly atMost?: number
  readonly atLeast?: number
}

interface CommonCase {
  readonly name: string
  /** What it asks, in words. */
  readonly question: string
  /** What is shown, in this order; with a goal where there is one. */
  readonly shows: Readonly<Record<string, Goal | undefined>>
  readonly settings: Readonly<Record<ContenderName, Settings>>
  /** Takes so long that it only runs when it is named. */
  readonly long?: boolean
  /** Fewer pairs than usual, for what takes minutes. */
  readonly pairs?: number
  /** Why it cannot run here, if so. */
  readonly impossible?: () => string | undefined
}

/** Both brokers run all the time, the load goes to one and the other. */
export interface LoadCase extends CommonCase {
  readonly kind: 'load'
  /** Fills what the runs read from; once for each broker. */
  prepare?(on: LoadRun): Promise<void>
  run(on: LoadRun): Promise<Measured>
}

export interface LoadRun {
  readonly broker: RunningBroker
  readonly load: Load
  readonly seconds: number
  /** A name that no run has had before; for `prepare` and the runs that read, one for each broker. */
  readonly topic: string
  readonly directory: string
}

/** Each run starts a broker of its own, on a directory that `prepare` has filled. */
export interface StartCase extends CommonCase {
  readonly kind: 'start'
  prepare(on: StartRun): Promise<void>
  run(on: StartRun): Promise<Measured>
}

export interface StartRun {
  readonly contender: Contender
  readonly load: Load
  readonly port: number
  readonly directory: string
  readonly settings: Settings
  readonly quick: boolean
}

export type BenchCase = LoadCase | StartCase

/** Deleted files give their pages back after a second on both sides, so that the next run finds recycled ones. */
const sameGround: Settings = { 'log.segment.delete.delay.ms': '1000' }

/** Nobody waits for the disk: Apache's default, and ours when told so. */
export const pageCache: Readonly<Record<ContenderName, Settings>> = {
  odradek: { ...sameGround, 'log.durability': 'page-cache' },
  'apache-kafka': sameGround,
}

/** Everything acknowledged is on the disk: our default, and Apache's when told so. */
export const onDisk: Readonly<Record<ContenderName, Settings>> = {
  odradek: sameGround,
  'apache-kafka': { ...sameGround, 'log.flush.interval.messages': '1' },
}
