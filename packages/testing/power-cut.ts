import { Buffer } from 'node:buffer'
import { applyChange, MemoryDisk } from '@odradek/common/disk'
import type { MemoryDirectory, MemoryFile, MemoryNode } from '@odradek/common/disk'
import type { Random } from '@odradek/common/random'

/** What a disk writes as one: never is half of it there. */
const sectorBytes = 512

/** What becomes of a sector that was written and not synced. */
export type SectorFate = 'kept' | 'old' | 'zeros' | 'garbage'

/** Decides what a power cut takes. It is asked in a fixed order, so that all ways to lose something can be counted through. */
export interface Survival {
  /** A name that was created, renamed or removed in `directory` and not synced. */
  keepsName(directory: string): boolean
  /** The size after the cut, out of the last synced one and those the file had since. */
  size(path: string, synced: number, since: readonly number[]): number
  /** `versions` counts the contents that the sector had since it was synced; the fate tells which is there, or what instead. */
  sector(path: string, versions: number): { readonly fate: SectorFate; readonly version: number }
  /** A byte of a sector that holds garbage. */
  garbage(): number
}

/** The disk as it is found when the power is back: all that was synced, and of the rest what `survival` keeps. */
export function afterPowerCut(disk: MemoryDisk, survival: Survival): MemoryDisk {
  const found = new MemoryDisk({ capacityBytes: disk.capacityBytes, keepsDurable: disk.keepsDurable })
  const contents = new Map<MemoryFile, Buffer>()
  copyDirectory(disk.root, '')
  return found

  function copyDirectory(directory: MemoryDirectory, path: string): void {
    const names = new Map<string, MemoryNode>(directory.durableNames())
    for (const change of directory.unsynced()) if (survival.keepsName(path)) applyChange(names, change)
    for (const name of [...names.keys()].toSorted()) {
      const node = names.get(name)
      const child = `${path}/${name}`
      if (node?.kind === 'directory') {
        found.makeDirectory(child)
        copyDirectory(node, child)
      } else if (node !== undefined) copyFile(node, child)
    }
    found.syncDirectory(path)
  }

  function copyFile(file: MemoryFile, path: string): void {
    // One file may be found under two names, when a rename was kept in one directory and lost in the other.
    const content = contents.get(file) ?? contentAfter(file, path, survival)
    contents.set(file, content)
    const copy = found.open(path, 'create')
    copy.writeSync(content, 0, content.length, 0)
    copy.syncSync()
    copy.close()
    found.touch(path, file.modifiedMs)
  }
}

function contentAfter(file: MemoryFile, path: string, survival: Survival): Buffer {
  const synced = file.image('durable')
  const { sizes, pages } = file.unsynced()
  const size = sizes.length === 0 ? synced.length : survival.size(path, synced.length, sizes)
  // The size may be ahead of the data: a file system grows the file first, and the hole reads as zeros.
  const content = Buffer.alloc(size)
  synced.copy(content)
  for (const [index, versions] of pages) {
    const start = index * file.pageBytes
    for (let at = start; at < Math.min(start + file.pageBytes, size); at += sectorBytes) {
      const old = sectorOf(synced, at)
      const changed = versions.map((page) => sectorOf(page ?? Buffer.alloc(0), at - start)).filter((sector) => !sector.equals(old))
      if (changed.length === 0) continue
      const { fate, version } = survival.sector(path, changed.length)
      // A sector is written whole or not at all. Strange contents come from blocks that the file was given anew, so one
      // that has synced bytes keeps them: otherwise no log could ever be appended to.
      const possible = at < synced.length && fate !== 'kept' ? 'old' : fate
      content.set(sectorAfter(possible, old, changed[version] ?? old, survival).subarray(0, size - at), at)
    }
  }
  return content
}

function sectorOf(bytes: Uint8Array, at: number): Buffer {
  const sector = Buffer.alloc(sectorBytes)
  sector.set(bytes.subarray(at, at + sectorBytes))
  return sector
}

function sectorAfter(fate: SectorFate, old: Buffer, written: Buffer, survival: Survival): Buffer {
  if (fate === 'kept') return written
  if (fate === 'old') return old
  if (fate === 'zeros') return Buffer.alloc(sectorBytes)
  return Buffer.from(Array.from({ length: sectorBytes }, () => survival.garbage()))
}

/**
 * Loses a random part. How likely a thing is to be kept is drawn once for the whole cut, and nothing and everything are
 * among the likely answers: most bugs need one of the extremes.
 */
export function randomSurvival(random: Random): Survival {
  const likelihood = [0, 1, 0.5, random.nextFloat()][random.nextInt(4)] ?? 0
  const lost = (['old', 'zeros', 'garbage', 'any'] as const)[random.nextInt(4)] ?? 'any'
  const keeps = (): boolean => random.nextFloat() < likelihood
  return {
    keepsName: keeps,
    size(_path, synced, since) {
      if (!keeps()) return synced
      const chosen = since[random.nextInt(since.length)] ?? synced
      return chosen > synced && random.nextInt(4) === 0 ? synced + random.nextInt(chosen - synced) : chosen
    },
    sector(_path, versions) {
      const fates = ['old', 'zeros', 'garbage'] as const
      if (keeps()) return { fate: 'kept', version: random.nextInt(versions) }
      return { fate: lost === 'any' ? (fates[random.nextInt(3)] ?? 'old') : lost, version: 0 }
    },
    garbage: () => random.nextInt(256),
  }
}

/** Keeps or loses all, or all but the `n`th thing it is asked about; for going through every single loss. */
export function systematicSurvival(options: {
  readonly keep: 'none' | 'all' | { readonly only: number } | { readonly allBut: number }
  readonly lost: Exclude<SectorFate, 'kept'>
}): Survival & { readonly asked: number } {
  const { keep, lost } = options
  let asked = 0
  const keeps = (): boolean => {
    const index = asked++
    if (typeof keep === 'string') return keep === 'all'
    return 'only' in keep ? index === keep.only : index !== keep.allBut
  }
  return {
    get asked() {
      return asked
    },
    keepsName: keeps,
    size: (_path, synced, since) => (keeps() ? (since.at(-1) ?? synced) : synced),
    sector: (_path, versions) => (keeps() ? { fate: 'kept', version: versions - 1 } : { fate: lost, version: 0 }),
    garbage: () => 0xa5,
  }
}
