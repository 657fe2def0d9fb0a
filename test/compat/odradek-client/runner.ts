import { setTimeout as sleep } from 'node:timers/promises'
import { askAbilities } from './broker-abilities.ts'
import type { BrokerAbilities } from './broker-abilities.ts'
import type { ApacheBrokers } from './apache-brokers.ts'
import { Place } from './place.ts'
import type { Scenario, Theme } from './scenario.ts'

/** How one scenario ended. */
export interface Result {
  readonly theme: string
  readonly name: string
  readonly kind: 'passed' | 'failed' | 'absent'
  readonly seconds: number
  /** The failure, or what the broker lacks. */
  readonly why: string | undefined
  /** Parts of a scenario, that passed otherwise, to which the broker is not able. */
  readonly partsAbsent: readonly string[]
}

export interface RunOptions {
  readonly bootstrap: string
  readonly isOurs: boolean
  readonly brokers?: ApacheBrokers | undefined
  /** How many scenarios run at once. */
  readonly concurrency: number
  /** What none needs, on a machine with much else to do. */
  readonly limitMs: number
}

/** Runs the scenarios of all themes, several at once, and says of each how it ended. */
export async function runThemes(themes: readonly Theme[], options: RunOptions): Promise<readonly Result[]> {
  const broker = await askAbilities(options.bootstrap)
  process.stdout.write(`broker: ${options.bootstrap}${options.isOurs ? ' (ours, started for this run)' : ''}\n`)
  const waiting = themes.flatMap(({ theme, scenarios }) => scenarios.map((scenario) => ({ theme, scenario })))
  const results: Result[] = []
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { theme, scenario } = next
      const started = performance.now()
      const lacking = broker.lacking(scenario.needs)
      const { failure, partsAbsent } = lacking === undefined ? await outcomeOf(scenario, options, broker) : absent
      const seconds = (performance.now() - started) / 1000
      const kind = lacking === undefined ? (failure === undefined ? 'passed' : 'failed') : 'absent'
      results.push({ theme, name: scenario.name, kind, seconds, why: lacking ?? failure, partsAbsent })
      const mark = { passed: '  ok  ', failed: ' FAIL ', absent: '  --  ' }[kind]
      const text = [failure ?? [], partsAbsent.map((part) => `without ${part}`)]
        .flat()
        .map((part) => `\n       ${part.replaceAll('\n', '\n       ')}`)
      process.stdout.write(`${mark} ${theme}: ${scenario.name} (${seconds.toFixed(1)} s)${text.join('')}\n`)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, worker))
  return results
}

interface Outcome {
  readonly failure: string | undefined
  readonly partsAbsent: readonly string[]
}

const absent: Outcome = { failure: undefined, partsAbsent: [] }

async function outcomeOf(scenario: Scenario, { bootstrap, brokers, limitMs }: RunOptions, broker: BrokerAbilities): Promise<Outcome> {
  const over = new AbortController()
  const done = new AbortController()
  const place = new Place({ bootstrap, broker, brokers, signal: over.signal })
  const limit = sleep(limitMs, undefined, { signal: done.signal, ref: true }).then(
    async () => {
      over.abort(new Error(`not over after ${limitMs / 1000} s`))
      // What it was waiting for says more than that it was waiting.
      await sleep(1000)
      throw over.signal.reason
    },
    () => undefined,
  )
  try {
    await Promise.race([scenario.run(place), limit])
    await Promise.race([
      place[Symbol.asyncDispose](),
      sleep(20_000, undefined, { signal: done.signal }).then(() => Promise.reject(new Error('closing took more than 20 s'))),
    ])
    return { failure: undefined, partsAbsent: place.lacking }
  } catch (error) {
    // What a failed scenario leaves open must not hold up the others; it is closed in the background.
    void place[Symbol.asyncDispose]().catch(() => undefined)
    return { failure: textOf(error), partsAbsent: [] }
  } finally {
    done.abort()
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? `[${String(error.code)}] ` : ''
  const place =
    error.stack
      ?.split('\n')
      .find((line) => line.includes('/odradek-client/'))
      ?.trim() ?? ''
  const cause = error.cause instanceof Error ? `\ncaused by ${textOf(error.cause)}` : ''
  return `${code}${error.message}\n${place}${cause}`
}
