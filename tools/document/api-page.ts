import { allApis } from '@odradek/protocol/messages'
import { allHandlers } from '../../packages/broker/handlers/index.ts'
import { page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

export function apiPage(): Page {
  const served = new Map(allHandlers(nothing()).map(({ api, announced }) => [api.key, announced]))
  const rows = allApis
    .toSorted((a, b) => a.key - b.key)
    .map(({ key, name, versions, flexible }) => [
      String(key),
      name,
      range(versions),
      flexible === undefined ? '–' : String(flexible),
      range(served.get(key)),
    ])
  return page('apis.md', 'APIs and versions', [
    `The protocol package speaks ${allApis.length} APIs in both directions; the broker serves ${served.size} of them, and announces exactly those.`,
    '*Versions declared* are those that we read and write, *versions announced* those that ApiVersions names, and the broker serves what is in both. They differ for Produce: ' +
      'it is announced from 0, because old librdkafka takes any other minimum for a broker that cannot compress (KAFKA-18659), and served from 3, the first version with record batches of today.',
    table(['Key', 'API', 'Versions declared', 'Flexible from', 'Versions announced'], rows),
  ])
}

function range(versions: readonly [number, number] | undefined): string {
  if (versions === undefined) return '–'
  return versions[0] === versions[1] ? String(versions[0]) : `${versions[0]}–${versions[1]}`
}

/** Handlers are made to be asked for their API, and never called; whatever they take from what they are made of is nothing too. */
function nothing(): Parameters<typeof allHandlers>[0] {
  const hole: Parameters<typeof allHandlers>[0] = new Proxy(
    Object.assign(() => hole),
    { get: () => hole },
  )
  return hole
}
