import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, RunningBroker } from '../contenders/contender.ts'
import type { Load } from '../load/load.ts'
import type { BenchArguments } from './arguments.ts'
import type { BenchCase, LoadCase, StartCase } from './bench-case.ts'
import type { Run } from './result.ts'

/** Where the contenders run: brokers that are up are kept for as long as the cases want the same settings. */
export class Stage {
  readonly #arguments: BenchArguments
  readonly #contenders: readonly Contender[]
  readonly #load: Load
  readonly #brokers = new Map<string, RunningBroker>()
  #settings = ''
  #names = 0

  constructor(args: BenchArguments, contenders: readonly Contender[], load: Load) {
    this.#arguments = args
    this.#contenders = contenders
    this.#load = load
    mkdirSync(args.directory, { recursive: true })
  }

  run(asked: BenchCase): Promise<readonly Run[]> {
    return asked.kind === 'load' ? this.#runLoad(asked) : this.#runStart(asked)
  }

  /** Ends all brokers and removes their data. */
  async close(): Promise<void> {
    await this.#stopAll()
    rmSync(this.#arguments.directory, { recursive: true, force: true })
  }

  async #runLoad(asked: LoadCase): Promise<readonly Run[]> {
    await this.#bringUp(asked)
    const runs: Run[] = []
    const prepared = new Map<Contender, string>()
    for (const contender of this.#contenders) {
      const topic = this.#name(asked)
      prepared.set(contender, topic)
      await asked.prepare?.(this.#loadRun(contender, topic, 1))
      const topicOfRun = asked.prepare === undefined ? this.#name(asked) : topic
      await asked.run(this.#loadRun(contender, topicOfRun, this.#warmUpSeconds(contender)))
    }
    for (const { contender, pair } of this.#order(asked)) {
      const topic = asked.prepare === undefined ? this.#name(asked) : (prepared.get(contender) ?? '')
      runs.push({ contender: contender.name, pair, measured: await asked.run(this.#loadRun(contender, topic, this.#arguments.seconds)) })
    }
    return runs
  }

  async #runStart(asked: StartCase): Promise<readonly Run[]> {
    await this.#stopAll()
    const runs: Run[] = []
    for (const contender of this.#contenders) await asked.prepare(this.#startRun(asked, contender))
    for (const { contender, pair } of this.#order(asked)) {
      runs.push({ contender: contender.name, pair, measured: await asked.run(this.#startRun(asked, contender)) })
    }
    for (const contender of this.#contenders) rmSync(this.#startRun(asked, contender).directory, { recursive: true, force: true })
    return runs
  }

  /** A B, B A, A B, …: whatever drifts meets both. */
  #order(asked: BenchCase): readonly { readonly contender: Contender; readonly pair: number }[] {
    const pairs = Math.min(this.#arguments.pairs, asked.pairs ?? Number.POSITIVE_INFINITY)
    return Array.from({ length: pairs }, (_, pair) =>
      (pair % 2 === 0 ? this.#contenders : this.#contenders.toReversed()).map((contender) => ({ contender, pair })),
    ).flat()
  }

  async #bringUp(asked: LoadCase): Promise<void> {
    const settings = JSON.stringify(asked.settings)
    if (settings === this.#settings) return
    await this.#stopAll()
    for (const contender of this.#contenders) {
      const options = {
        port: this.#portOf(contender),
        directory: this.#directoryOf(contender),
        settings: asked.settings[contender.name],
        awaitReady: true,
      }
      this.#brokers.set(contender.name, await contender.start(options))
    }
    this.#settings = settings
  }

  async #stopAll(): Promise<void> {
    this.#settings = ''
    const brokers = [...this.#brokers.values()]
    this.#brokers.clear()
    await Promise.all(brokers.map((broker) => broker.stop()))
    for (const broker of brokers) rmSync(broker.directory, { recursive: true, force: true })
  }

  #loadRun(contender: Contender, topic: string, seconds: number): Parameters<LoadCase['run']>[0] {
    const broker = this.#brokers.get(contender.name)
    if (broker === undefined) throw new Error(`${contender.name} does not run`)
    return { broker, load: this.#load, seconds, topic, directory: this.#arguments.directory }
  }

  #startRun(asked: StartCase, contender: Contender): Parameters<StartCase['run']>[0] {
    const directory = join(this.#arguments.directory, `${asked.name}-${contender.name}`)
    return {
      contender,
      load: this.#load,
      port: this.#portOf(contender),
      directory,
      settings: asked.settings[contender.name],
      quick: this.#arguments.quick,
    }
  }

  #warmUpSeconds(contender: Contender): number {
    return this.#arguments.quick ? 0.5 : contender.warmUpSeconds
  }

  #name(asked: BenchCase): string {
    return `${asked.name}-${++this.#names}`
  }

  #portOf(contender: Contender): number {
    return contender.name === 'odradek' ? this.#arguments.port : this.#arguments.port + 10
  }

  #directoryOf(contender: Contender): string {
    return join(this.#arguments.directory, contender.name)
  }
}
