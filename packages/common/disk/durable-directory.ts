import type { Disk } from './disk.ts'

/** The directory that a path lies in: `/a` for `/a/b`, `/` for `/a`, `.` for `a`. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash > 0 ? path.slice(0, slash) : slash === 0 ? '/' : '.'
}

/** Makes a directory and those above it, each with a name that survives a power cut. Returns whether it was missing. */
export function makeDurableDirectory(disk: Disk, path: string): boolean {
  const made: string[] = []
  for (let missing = path; disk.stat(missing) === undefined && directoryOf(missing) !== missing; missing = directoryOf(missing))
    made.push(missing)
  disk.makeDirectory(path)
  for (const directory of made) disk.syncDirectory(directoryOf(directory))
  return made.length > 0
}
