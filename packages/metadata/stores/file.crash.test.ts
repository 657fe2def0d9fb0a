import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import type { Disk, OpenFile } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { afterPowerCut, randomSurvival, systematicSurvival } from '../../testing/power-cut.ts'
import type { JsonValue } from '../store.ts'
import { put, remove } from './contract.ts'
import { FileStore } from './file.ts'

test('whenever the power fails, what was acknowledged is there, and no commit is there by half', async () => {
  let states = 0
  for (let cutAt = 1; ; cutAt++) {
    const disk = new CuttingDisk(cutAt)
    const history = new History()
    await history.run(disk)
    for (let variant = 0; variant < 12; variant++) {
      await history.check(survivor(disk, variant, `${cutAt}/${variant}`), `power cut at operation ${cutAt}, variant ${variant}`)
      states++
    }
    if (!disk.isCut) break
  }
  assert.ok(states > 1000, `${states} states`)
})

test('a power cut during the recovery from a power cut loses nothing either', async () => {
  for (let cutAt = 10; cutAt < 90; cutAt += 7) {
    const disk = new CuttingDisk(cutAt)
    const history = new History()
    await history.run(disk)
    for (let again = 1; ; again++) {
      const second = new CuttingDisk(again, survivor(disk, 3, `${cutAt}`))
      await FileStore.open({ disk: second, directory: '/data' }).catch(() => undefined)
      await history.check(survivor(second, 4, `${cutAt}/${again}`), `cut at ${cutAt}, then at ${again}`)
      if (!second.isCut) break
    }
  }
})

/** What a client asked of a store, and what it was told. */
class History {
  /** The store's contents after each commit that was begun, in order; `#acknowledged` of them were answered. */
  readonly #states: ReadonlyMap<string, JsonValue>[] = [new Map()]
  #acknowledged = 0

  async run(disk: Disk): Promise<void> {
    try {
      const store = await FileStore.open({ disk, directory: '/data', compactAfterBytes: 2000 })
      for (let i = 0; i < 40; i++) {
        await Promise.all([
          this.#put(store, `/a${i % 5}`, 'x'.repeat(10 * i)),
          this.#put(store, `/b${i}`, i),
          this.#remove(store, `/b${i - 3}`),
        ])
      }
      await store[Symbol.asyncDispose]()
    } catch (error) {
      assert.ok(error instanceof PowerCut || (error instanceof Error && error.cause instanceof PowerCut), String(error))
    }
  }

  async check(disk: Disk, when: string): Promise<void> {
    const store = await FileStore.open({ disk, directory: '/data' })
    const { entries } = await store.readAll()
    const found = new Map(entries.map(({ key, value }) => [key, value]))
    const possible = this.#states.slice(this.#acknowledged)
    assert.ok(
      possible.some((state) => sameEntries(state, found)),
      `${when}: ${this.#acknowledged} commits were acknowledged, and the store has none of the states after them: ${JSON.stringify([...found])}`,
    )
    await store.commit([put('/after', when)])
    await store[Symbol.asyncDispose]()
  }

  async #put(store: FileStore, key: string, value: JsonValue): Promise<void> {
    await this.#commit(store, key, value)
  }

  async #remove(store: FileStore, key: string): Promise<void> {
    await this.#commit(store, key, undefined)
  }

  async #commit(store: FileStore, key: string, value: JsonValue | undefined): Promise<void> {
    const next = new Map(this.#states.at(-1))
    if (value === undefined) next.delete(key)
    else next.set(key, value)
    this.#states.push(next)
    const number = this.#states.length - 1
    await store.commit([value === undefined ? remove(key) : put(key, value)])
    this.#acknowledged = Math.max(this.#acknowledged, number)
  }
}

function sameEntries(a: ReadonlyMap<string, JsonValue>, b: ReadonlyMap<string, JsonValue>): boolean {
  return a.size === b.size && Array.from(a).every(([key, value]) => b.get(key) === value)
}

class PowerCut extends Error {}

/** A disk whose power fails at a given operation; from then on nothing works. */
class CuttingDisk implements Disk {
  readonly memory: MemoryDisk
  isCut = false
  #left: number

  constructor(operations: number, memory = new MemoryDisk()) {
    this.#left = operations
    this.memory = memory
  }

  step(): void {
    this.#left--
    this.isCut ||= this.#left <= 0
    if (this.isCut) throw new PowerCut()
  }

  open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    this.step()
    return new CuttingFile(this.memory.open(path, mode), this)
  }

  rename(from: string, to: string): void {
    this.step()
    this.memory.rename(from, to)
  }

  unlink(path: string): void {
    this.step()
    this.memory.unlink(path)
  }

  syncDirectory(path: string): void {
    this.step()
    this.memory.syncDirectory(path)
  }

  makeDirectory(path: string): void {
    this.memory.makeDirectory(path)
  }

  removeTree(path: string): void {
    this.memory.removeTree(path)
  }

  list(directory: string): ReturnType<Disk['list']> {
    return this.memory.list(directory)
  }

  stat(path: string): ReturnType<Disk['stat']> {
    return this.memory.stat(path)
  }

  readFile(path: string): Buffer {
    return this.memory.readFile(path)
  }

  touch(path: string, modifiedMs: number): void {
    this.memory.touch(path, modifiedMs)
  }

  space(path: string): ReturnType<Disk['space']> {
    return this.memory.space(path)
  }
}

class CuttingFile implements OpenFile {
  readonly path: string
  readonly #file: OpenFile
  readonly #disk: CuttingDisk

  constructor(file: OpenFile, disk: CuttingDisk) {
    this.path = file.path
    this.#file = file
    this.#disk = disk
  }

  size(): number {
    return this.#file.size()
  }

  readSync(target: Uint8Array, start: number, end: number, position: number): number {
    return this.#file.readSync(target, start, end, position)
  }

  read(target: Uint8Array, start: number, end: number, position: number): Promise<number> {
    return this.#file.read(target, start, end, position)
  }

  writeSync(source: Uint8Array, start: number, end: number, position: number): number {
    this.#disk.step()
    return this.#file.writeSync(source, start, end, position)
  }

  truncate(size: number): void {
    this.#disk.step()
    this.#file.truncate(size)
  }

  syncSync(): void {
    this.#disk.step()
    this.#file.syncSync()
  }

  async sync(): Promise<void> {
    this.#disk.step()
    await this.#file.sync()
  }

  close(): void {
    this.#file.close()
  }
}

/** Nothing unsynced survives (variant 0), everything does (1), or a random part. */
function survivor({ memory }: CuttingDisk, variant: number, seed: string): MemoryDisk {
  if (variant > 1) return afterPowerCut(memory, randomSurvival(new SeededRandom(seed)))
  return afterPowerCut(memory, systematicSurvival({ keep: variant === 0 ? 'none' : 'all', lost: 'old' }))
}
