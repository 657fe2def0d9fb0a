import { KafkaError } from '@odradek/protocol'
import { HostedShard } from './hosted-shard.ts'
import type { Decide, HostOptions } from './hosted-shard.ts'
import type { Outcome } from './outcome.ts'
import type { Shard } from './shard.ts'

/**
 * Runs the shards of the partitions that this broker coordinates.
 *
 * A request goes to its shard, which decides at once; what it wants written is applied, appended together with all else
 * of the turn, and the answer leaves when that is committed. So the next request sees the change already, and nobody
 * outside sees it before it is safe. If the append fails, the shard goes back to what is committed, and those who waited
 * get the error.
 */
export class Runtime<S extends Shard<Entry, Event>, Entry, Event> {
  readonly #options: HostOptions<S, Entry, Event>
  readonly #hosts = new Map<number, HostedShard<S, Entry, Event>>()

  constructor(options: HostOptions<S, Entry, Event>) {
    this.#options = options
  }

  /** This broker leads the partition now: its shard is loaded, then serves. */
  elected(partition: number, leaderEpoch: number): void {
    const host = this.#hosts.get(partition)
    if (host === undefined) this.#hosts.set(partition, new HostedShard(partition, leaderEpoch, this.#options))
    else host.leaderEpoch = Math.max(host.leaderEpoch, leaderEpoch)
  }

  /** This broker leads the partition no longer; whoever waits gets NOT_COORDINATOR. An older epoch than the election's is ignored. */
  resigned(partition: number, leaderEpoch?: number): void {
    const host = this.#hosts.get(partition)
    if (host === undefined || (leaderEpoch !== undefined && leaderEpoch < host.leaderEpoch)) return
    this.#hosts.delete(partition)
    host.resign()
  }

  /** Resigns everything. */
  close(): void {
    for (const partition of this.#hosts.keys()) this.resigned(partition)
  }

  /** Rejects with NOT_COORDINATOR or COORDINATOR_LOAD_IN_PROGRESS when the shard is not here or not ready. */
  ask<Answer>(partition: number, decide: Decide<S, Entry, Event, Answer>): Promise<Answer> {
    const host = this.#hosts.get(partition)
    return host === undefined ? Promise.reject(new KafkaError('NOT_COORDINATOR')) : host.ask(decide)
  }

  /** Asks each shard that is here. Rejects with COORDINATOR_LOAD_IN_PROGRESS while one of them is loading. */
  async askAll<Answer>(decide: (shard: S) => Answer): Promise<readonly Answer[]> {
    const answers = await Promise.all(
      [...this.#hosts.values()].map((host) =>
        host
          .ask<{ readonly answer: Answer } | undefined>((shard) => ({ answer: decide(shard) }))
          .catch((error: unknown) => {
            if (error instanceof KafkaError && error.code === 'NOT_COORDINATOR') return undefined
            throw error
          }),
      ),
    )
    return answers.flatMap((each) => (each === undefined ? [] : [each.answer]))
  }

  /** Has something happen to every shard that is here, now or as soon as it is loaded. */
  tellAll(event: (shard: S, outcome: Outcome<Entry, Event>) => void): void {
    for (const host of this.#hosts.values()) host.whenActive(event)
  }

  /** Looks into the active shards, for metrics. */
  read<Answer>(look: (shard: S) => Answer): readonly Answer[] {
    return [...this.#hosts.values()].flatMap((host) => {
      const answer = host.read((shard) => ({ look: look(shard) }))
      return answer === undefined ? [] : [answer.look]
    })
  }
}
