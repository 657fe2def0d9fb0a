import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApacheTools } from './apache-tools.ts'
import { apacheBroker, ourBroker } from './brokers.ts'
import type { OwnBroker } from './brokers.ts'
import { ways } from './line.ts'
import type { Line, Scene, Seen, Way } from './line.ts'
import { normalised } from './normalise.ts'
import { runOurs } from './our-tools.ts'
import { Place } from './place.ts'

/** What a line showed, by the way it was run. */
export type SeenLines = ReadonlyMap<Line, ReadonlyMap<Way, Seen>>

/** Who is told while lines are run. */
interface Listener {
  /** A line has been run in all its ways; what was seen is normalised. */
  readonly seen: (line: Line, seen: ReadonlyMap<Way, Seen>) => void
  /** A line has been run in one way; what was seen is as it was. */
  readonly raw: (line: Line, way: Way, seen: Seen) => void
}

/** After that, a command is given up. */
const limitMs = 30_000

/** Apache's broker answers some changes before all of its parts know of them. */
const changes = / --(?:create|alter|delete|delete-offsets|execute)\b/

/** Every line in every way: four brokers, so that each way finds what a way would leave; the four beside each other, line after line. */
export async function runScenes(scenes: readonly Scene[], folder: string, now: number, tell: Listener): Promise<SeenLines> {
  await using apache = new ApacheTools(folder)
  const seen = new Map<Line, Map<Way, Seen>>()
  const walk = async (way: Way): Promise<void> => {
    await using broker = await brokerOf(way, join(folder, way.replace('/', '-')))
    await using place = await placeOf(way, broker, join(folder, 'files', way.replace('/', '-')))
    const { bootstrap, dataFolder, clusterId } = place
    for (const scene of scenes) {
      if (scene.asksNobody === true && way !== 'A/A' && way !== 'O/O') continue
      const ground = await scene.prepare?.(place)
      for (const line of scene.lines) {
        const words = place.wordsOf(line.text)
        const started = performance.now()
        const shown = await (way.startsWith('A') ? apache.run(words, line, limitMs) : runOurs(words, line, limitMs))
        tell.raw(line, way, { ...shown, tookMs: performance.now() - started })
        if (way.endsWith('A') && changes.test(line.text)) await sleep(150)
        const circumstances = { tool: words[0] ?? '', bootstrap, folder: place.folder, dataFolder, clusterId, now }
        const ofLine = seen.get(line) ?? new Map<Way, Seen>()
        seen.set(line, ofLine.set(way, { ...normalised(shown, circumstances), tookMs: performance.now() - started }))
        if (ofLine.size === (scene.asksNobody === true ? 2 : ways.length)) tell.seen(line, ofLine)
      }
      await ground?.[Symbol.asyncDispose]()
    }
  }
  const walks = await Promise.allSettled(ways.map(walk))
  for (const walk of walks) if (walk.status === 'rejected') throw walk.reason
  return seen
}

function brokerOf(way: Way, folder: string): Promise<OwnBroker> {
  return way.endsWith('A') ? apacheBroker(folder) : ourBroker(folder)
}

async function placeOf(way: Way, { bootstrap, dataFolder }: OwnBroker, folder: string): Promise<Place> {
  const place = new Place({ way, bootstrap, dataFolder, folder })
  await place.ask()
  return place
}
