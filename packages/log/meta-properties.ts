import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { formatProperties, parseProperties } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { replaceFile } from './atomic-file.ts'

export const metaPropertiesName = 'meta.properties'

/** To whom a log directory belongs. */
export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Of this directory, given when it was first used (KIP-858). */
  readonly directoryId: string
}

/** What the file says; undefined without one. Throws `UserError` for a file that cannot be read or is of a newer version. */
export function readMetaProperties(disk: Disk, directory: string): Partial<MetaProperties> | undefined {
  const path = `${directory}/${metaPropertiesName}`
  let text: string
  try {
    text = disk.readFile(path).toString('latin1')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  const properties = parseProperties(text)
  const version = properties.get('version') ?? '0'
  if (version !== '0' && version !== '1')
    throw new UserError(
      `${path} is of version ${version}, which this release does not know. Start the newer release that wrote it, or give this one a directory of its own (log.dirs).`,
    )
  const node = properties.get(version === '0' ? 'broker.id' : 'node.id')
  const clusterId = properties.get('cluster.id')
  if (version === '1' && (clusterId === undefined || node === undefined || !/^\d+$/.test(node)))
    throw new UserError(
      `${path} is damaged: it has to name cluster.id and node.id. Put it back from a copy; the logs beside it are not touched.`,
    )
  const directoryId = properties.get('directory.id')
  return {
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(node === undefined ? {} : { nodeId: Number(node) }),
    ...(directoryId === undefined ? {} : { directoryId }),
  }
}

/** Writes version 1, as Kafka does: two lines of comment, the second with the time. */
export function writeMetaProperties(disk: Disk, directory: string, properties: MetaProperties, nowMs: number): void {
  const lines = formatProperties([
    ['cluster.id', properties.clusterId],
    ['directory.id', properties.directoryId],
    ['node.id', String(properties.nodeId)],
    ['version', '1'],
  ])
  replaceFile(disk, `${directory}/${metaPropertiesName}`, `#\n#${javaDate(nowMs)}\n${lines}`)
}

/** As `java.util.Date` prints it: `Sat Nov 21 10:25:26 UTC 2026`. */
function javaDate(ms: number): string {
  const [weekday = '', day, month, year, time] = new Date(ms).toUTCString().split(' ')
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`
}
