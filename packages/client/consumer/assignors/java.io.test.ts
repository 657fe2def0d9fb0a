import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import type { Assignor, AssignorCluster, AssignorName, MemberAssignment, MemberSubscription } from '../../assignor.ts'
import type { PartitionInfo, Partitions } from '../../partitions.ts'
import { decodeSubscription, encodeAssignment, encodeSubscription } from '../membership/classic/consumer-protocol.ts'
import { assignorNamed } from './index.ts'

/**
 * Our assignors beside those of Apache Kafka: groups of random members over several rebalances, each assignment compared by its bytes.
 * `java-assignors.java` is the other side. Needs Java and the jars of `tools/peers/apache-kafka install`.
 */
const repository = join(import.meta.dirname, '../../../..')
const program = join(import.meta.dirname, 'java-assignors.java')
const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off']

const classPath = findClassPath()
const skip = classPath === undefined ? 'Java or the jars of Apache Kafka are missing: run tools/peers/apache-kafka install' : false

function findClassPath(): string | undefined {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    const found = execFileSync(join(repository, 'tools/peers/apache-kafka'), ['classpath'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return found.trim()
  } catch {
    return undefined
  }
}

/** One answer for each command, from one JVM. */
function ask(commands: readonly string[]): string[] {
  const input = `${commands.join('\n')}\n`
  const { status, stdout, stderr } = spawnSync('java', [...flags, '-cp', classPath ?? '', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assert.equal(status, 0, stderr)
  return stdout.trimEnd().split('\n')
}

/** A round of a group: what Java is asked, and what ours makes of it. */
interface Round {
  readonly what: string
  readonly command: string
  readonly ours: string
}

interface Member {
  readonly id: string
  readonly instanceId: string | undefined
  readonly rack: string | undefined
  topics: readonly string[]
  readonly assignor: Assignor
  owned: Partitions
  generation: number
}

const racksKnown = ['r1', 'r2', 'r3']

/** A group that lives through some rebalances: members come, go, change topics and miss generations; topics grow. */
class RandomGroup {
  readonly #name: AssignorName
  readonly #random: Random
  readonly #brokerRacks: readonly (string | undefined)[]
  readonly #topics = new Map<string, number[][]>()
  readonly #isEqual: boolean
  readonly #hasRacks: boolean
  readonly #isStatic: boolean
  #members: Member[] = []
  #generation = 0
  #born = 0

  constructor(name: AssignorName, random: Random) {
    this.#name = name
    this.#random = random
    this.#isEqual = this.#chance(0.5)
    this.#hasRacks = this.#chance(0.4)
    this.#isStatic = this.#chance(0.3)
    this.#brokerRacks = Array.from({ length: 1 + random.nextInt(4) }, () =>
      this.#hasRacks && this.#chance(0.9) ? this.#oneOf(racksKnown) : undefined,
    )
    const topics = 1 + random.nextInt(this.#chance(0.2) ? 15 : 4)
    for (let t = 0; t < topics; t++)
      this.#topics.set(`${this.#oneOf(['a', 'orders', 'Zahlung-ü', 'x.y_z'])}${t}`, this.#partitions(1 + random.nextInt(7)))
    const members = 1 + random.nextInt(this.#chance(0.2) ? 30 : 6)
    for (let m = 0; m < members; m++) this.#come()
  }

  round(): Round {
    const subscriptions = new Map(this.#members.map((member) => [member.id, this.#subscription(member)]))
    const assigned = assignorNamed(this.#name).assign(this.#cluster, subscriptions)
    this.#generation++
    for (const member of this.#members) this.#take(member, assigned.get(member.id) ?? { partitions: [] })
    const round = { what: `${this.#name}, generation ${this.#generation}`, command: this.#command(subscriptions), ours: written(assigned) }
    this.#change()
    return round
  }

  get #cluster(): AssignorCluster {
    return {
      partitions: (topic) =>
        (this.#topics.get(topic) ?? []).map((replicas, partition): PartitionInfo => ({
          topic,
          partition,
          replicas,
          inSyncReplicas: replicas,
          offlineReplicas: [],
        })),
      rack: (broker) => this.#brokerRacks[broker],
    }
  }

  /** As the leader reads it out of the bytes. */
  #subscription(member: Member): MemberSubscription {
    const subscription = {
      topics: member.topics,
      userData: member.assignor.subscriptionUserData?.(member.topics) ?? null,
      ownedPartitions: this.#name === 'cooperative-sticky' ? member.owned.filter(({ topic }) => member.topics.includes(topic)) : [],
      generationId: member.generation,
      rackId: member.rack,
    }
    const version = this.#chance(0.05) ? this.#random.nextInt(4) : 3
    return { ...decodeSubscription(encodeSubscription(subscription, version)), groupInstanceId: member.instanceId }
  }

  #take(member: Member, assignment: MemberAssignment): void {
    if (this.#chance(0.03)) return // it was away, and comes back with what it knows
    member.owned = assignment.partitions
    member.generation = this.#generation
    member.assignor.onAssignment?.(assignment, {
      groupId: 'g',
      generationId: this.#generation,
      memberId: member.id,
      groupInstanceId: undefined,
    })
  }

  #change(): void {
    if (this.#chance(0.4)) this.#come()
    if (this.#chance(0.3) && this.#members.length > 1) this.#members.splice(this.#random.nextInt(this.#members.length), 1)
    if (this.#chance(0.2)) {
      const topic = this.#oneOf([...this.#topics.keys()])
      this.#topics.set(topic, [...(this.#topics.get(topic) ?? []), ...this.#partitions(1)])
    }
    // A former owner that has given up a topic is where sticky departs from Java, which gives it the topic all the same.
    if (!this.#isEqual && this.#name !== 'sticky' && this.#chance(0.3)) this.#oneOf(this.#members).topics = this.#someTopics()
  }

  #someTopics(): readonly string[] {
    return [...[...this.#topics.keys()].filter(() => this.#chance(0.6)), ...(this.#chance(0.1) ? ['unknown'] : [])]
  }

  #come(): void {
    const id = `${this.#oneOf(['consumer-g-', 'C', 'm'])}${this.#born++}-${this.#random.nextInt(1e9).toString(36)}`
    this.#members.push({
      id,
      instanceId: this.#isStatic && this.#chance(0.5) ? `i${this.#random.nextInt(1e6)}` : undefined,
      rack: this.#hasRacks && this.#chance(0.8) ? this.#oneOf([...racksKnown, 'r9']) : undefined,
      topics: this.#isEqual ? [...this.#topics.keys()] : this.#someTopics(),
      assignor: assignorNamed(this.#name),
      owned: [],
      generation: -1,
    })
  }

  #partitions(count: number): number[][] {
    const brokers = this.#brokerRacks.length
    return Array.from({ length: count }, () => {
      const first = this.#random.nextInt(brokers)
      return Array.from({ length: 1 + this.#random.nextInt(Math.min(brokers, 3)) }, (_, i) => (first + i) % brokers)
    })
  }

  #command(subscriptions: ReadonlyMap<string, MemberSubscription>): string {
    const racks = this.#brokerRacks.map((rack) => rack ?? '-').join(',')
    const topics = [...this.#topics]
      .map(([topic, partitions]) => `${topic}=${partitions.map((replicas) => replicas.join('.')).join('/')}`)
      .join(';')
    const members = [...subscriptions].map(
      ([id, subscription]) => `${id},${subscription.groupInstanceId ?? '-'},${encodeSubscription(subscription).toString('hex')}`,
    )
    return `assign ${this.#name} ${racks} ${topics} ${members.join(';')}`
  }

  #chance(of: number): boolean {
    return this.#random.nextFloat() < of
  }

  #oneOf<T>(list: readonly T[]): T {
    const one = list[this.#random.nextInt(list.length)]
    assert.ok(one !== undefined)
    return one
  }
}

function written(assigned: ReadonlyMap<string, MemberAssignment>): string {
  return [...assigned]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, assignment]) => `${id}=${encodeAssignment(assignment).toString('hex')}`)
    .join(';')
}

for (const name of ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const) {
  test(`${name}: the same assignment bytes as Java, over successive rebalances of random groups`, { skip }, () => {
    const rounds = Array.from({ length: 150 }, (_, seed) => {
      const group = new RandomGroup(name, new SeededRandom(`${name}/${seed}`))
      return Array.from({ length: name.endsWith('sticky') ? 6 : 2 }, () => ({ ...group.round(), seed }))
    }).flat()
    const theirs = ask(rounds.map(({ command }) => command))
    for (const [i, { what, ours, command, seed }] of rounds.entries()) assert.equal(ours, theirs[i], `seed ${seed}, ${what}: ${command}`)
  })
}

test('user data and subscriptions have the same bytes on both sides', { skip }, () => {
  const random = new SeededRandom('user data')
  const cases = Array.from({ length: 50 }, (_, generation) => ({
    generation,
    partitions: Array.from({ length: random.nextInt(40) }, () => ({ topic: `t${random.nextInt(20)}`, partition: random.nextInt(9) })),
  }))
  const names = ['sticky', 'cooperative-sticky'] as const
  const asked = names.flatMap((name) => cases.map(({ generation, partitions }) => ({ name, generation, partitions })))
  const theirs = ask(
    asked.map(({ name, generation, partitions }) => `userdata ${name} ${generation} ${encodeAssignment({ partitions }).toString('hex')}`),
  )
  for (const [i, { name, generation, partitions }] of asked.entries()) {
    const assignor = assignorNamed(name)
    // Java groups what it was assigned by topic when it reads it.
    const grouped = [...Map.groupBy(partitions, ({ topic }) => topic).values()].flat()
    assignor.onAssignment?.({ partitions: grouped }, { groupId: 'g', generationId: generation, memberId: 'm', groupInstanceId: undefined })
    assert.equal(Buffer.from(assignor.subscriptionUserData?.([]) ?? []).toString('hex'), theirs[i])
  }
  const written = cases.map(({ generation, partitions }) =>
    encodeSubscription({
      topics: ['b', 'ä', 'a'],
      userData: null,
      ownedPartitions: partitions,
      generationId: generation,
      rackId: 'r',
    }).toString('hex'),
  )
  assert.deepEqual(ask(written.map((hex) => `subscription ${hex}`)), written)
})
