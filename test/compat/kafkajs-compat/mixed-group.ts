import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kafka } from '@odradek/client'
import { libraries } from './libraries.ts'
import type { Library } from './libraries.ts'

const partitionCount = 6

/**
 * A group goes over from kafkajs to the package, member by member, while messages keep coming: at each step the members have all partitions between them,
 * as many each, and in the end every message was read. Undefined when all is well.
 */
export async function mixedGroup(bootstrap: string, prefix: string): Promise<string | undefined> {
  const [theirs, ours] = libraries
  if (theirs === undefined || ours === undefined) return 'two libraries are needed'
  await using kafka = new Kafka({ bootstrapServers: bootstrap })
  await kafka.admin().createTopics([{ name: prefix, partitions: partitionCount }])
  const producer = kafka.producer()
  let sent = 0
  const send = async (): Promise<void> => {
    await Promise.all(Array.from({ length: 30 }, () => producer.send(prefix, { value: 'x', partition: sent++ % partitionCount })))
  }
  const seen = new Set<string>()
  const members: Member[] = []
  const settled = async (step: string): Promise<string | undefined> => {
    const isShared = (): boolean => {
      const assigned = members.flatMap(({ partitions }) => partitions).toSorted((a, b) => a - b)
      const isEven = members.every(({ partitions }) => partitions.length === partitionCount / members.length)
      return isEven && assigned.join() === '0,1,2,3,4,5'
    }
    if (!(await within(isShared))) return `${step}: ${members.map(({ name, partitions }) => `${name} has ${partitions.join()}`).join(', ')}`
    await send()
    return (await within(() => seen.size === sent)) ? undefined : `${step}: ${seen.size} of ${sent} messages were read`
  }
  const steps: readonly (readonly [string, () => Promise<void> | void])[] = [
    ['kafkajs alone', () => void members.push(new Member(theirs, bootstrap, prefix, seen))],
    ['ours joins', () => void members.push(new Member(ours, bootstrap, prefix, seen))],
    ['a second of ours joins', () => void members.push(new Member(ours, bootstrap, prefix, seen))],
    ['kafkajs leaves', async () => members.shift()?.leave()],
    ['kafkajs comes back', () => void members.push(new Member(theirs, bootstrap, prefix, seen))],
    ['one of ours leaves', async () => members.shift()?.leave()],
    ['the other of ours leaves', async () => members.shift()?.leave()],
  ]
  try {
    await send()
    for (const [step, act] of steps) {
      await act()
      const wrong = await settled(step)
      if (wrong !== undefined) return wrong
    }
    return undefined
  } finally {
    for (const member of members) member.kill()
  }
}

class Member {
  readonly name: string
  partitions: readonly number[] = []
  readonly #child: ChildProcess

  constructor(library: Library, bootstrap: string, prefix: string, seen: Set<string>) {
    this.name = library.name
    const hook = join(import.meta.dirname, 'choose-kafkajs.mjs')
    const program = ['--no-warnings', '--import', hook, join(import.meta.dirname, 'member.mjs'), bootstrap, prefix, prefix]
    const child = spawn(process.execPath, program, { env: { ...process.env, KAFKAJS: library.url }, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [kind, list = '', ...rest] = line.split(' ')
      if (kind === 'assigned') this.partitions = list === '' ? [] : list.split(',').map(Number)
      else seen.add([list, ...rest].join(' '))
    })
  }

  async leave(): Promise<void> {
    this.#child.stdin?.end()
    await new Promise((done) => this.#child.once('close', done))
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

async function within(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 300; tries++) {
    if (condition()) return true
    await new Promise((next) => setTimeout(next, 100))
  }
  return condition()
}
