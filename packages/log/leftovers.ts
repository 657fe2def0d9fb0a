import type { Disk } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import { lastOffset } from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import { offsetOfFileName, suffix } from './file-names.ts'

/**
 * Clears up what a process left unfinished in a partition's directory, and gives the names that remain.
 *
 * - `.deleted`: was to be unlinked later.
 * - `.tmp`: a small file that was not put in its place.
 * - `.cleaned`: the cleaner had not finished; the segments it read are still there.
 * - `.swap`: the cleaner had finished. What it replaces goes, and it takes that place. Unless there is also a `.cleaned` at
 *   or before it: then it belongs to a splitting that was not finished, and the original is still there (KAFKA-6264).
 */
export function clearLeftovers(disk: Disk, directory: string, logger: Logger): readonly string[] {
  const names = disk.list(directory).flatMap((entry) => (entry.isDirectory ? [] : [entry.name]))
  const swaps = names.filter((name) => name.endsWith(suffix.swap))
  const unfinished = names.filter((name) => [suffix.deleted, suffix.cleaned, '.tmp'].some((ending) => name.endsWith(ending)))
  if (swaps.length + unfinished.length === 0) return names

  const firstCleaned = Math.min(...unfinished.filter((name) => name.endsWith(suffix.cleaned)).map((name) => baseOf(name)))
  const isInvalid = (name: string): boolean => baseOf(name) >= firstCleaned
  for (const name of [...unfinished, ...swaps.filter(isInvalid)]) disk.unlink(`${directory}/${name}`)
  putInPlace(
    disk,
    directory,
    swaps.filter((name) => !isInvalid(name)),
    names,
  )
  disk.syncDirectory(directory)
  logger.info('Cleared up unfinished files', { directory, deleted: unfinished.length, swapped: swaps.length })
  return disk.list(directory).flatMap((entry) => (entry.isDirectory ? [] : [entry.name]))
}

function putInPlace(disk: Disk, directory: string, swaps: readonly string[], names: readonly string[]): void {
  const segments = swaps.filter((name) => name.endsWith(`${suffix.log}${suffix.swap}`))
  if (segments.length > 0) {
    const start = Math.min(...segments.map(baseOf))
    const end = Math.max(...segments.map((name) => endOf(disk, `${directory}/${name}`, baseOf(name))))
    for (const name of names) {
      if (!isSegmentFile(name)) continue
      const base = baseOf(name)
      if (base >= start && base < end) disk.unlink(`${directory}/${name}`)
    }
  }
  for (const name of swaps) disk.rename(`${directory}/${name}`, `${directory}/${name.slice(0, -suffix.swap.length)}`)
}

const segmentEndings = [suffix.log, suffix.offsetIndex, suffix.timeIndex, suffix.transactionIndex]
const isSegmentFile = (name: string): boolean => segmentEndings.some((ending) => offsetOfFileName(name, ending) !== undefined)

/** The twenty digits at the beginning; NaN without them. */
const baseOf = (name: string): number => (/^\d{20}\./.test(name) ? Number(name.slice(0, 20)) : Number.NaN)

function endOf(disk: Disk, path: string, base: number): number {
  const file = disk.open(path, 'read')
  try {
    let end = base
    for (const scanner = new BatchScanner(file, 0, file.size()); scanner.next();) end = lastOffset(scanner.buffer, scanner.at) + 1
    return end
  } finally {
    file.close()
  }
}
