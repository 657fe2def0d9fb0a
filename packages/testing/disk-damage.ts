import type { Disk } from '@odradek/common/disk'
import type { Random } from '@odradek/common/random'

/** What age does to files that nobody writes to. */
export type Damage = 'flipped bit' | 'zero page' | 'truncation' | 'missing file' | 'misdirected write'

const pageBytes = 4096

/** Damages a file at rest and says where, in words for the trace of a simulation. The file must not be empty. */
export function damageFile(disk: Disk, path: string, kind: Damage, random: Random): string {
  if (kind === 'missing file') {
    disk.unlink(path)
    return `${path} is gone`
  }
  const file = disk.open(path, 'write')
  const position = random.nextInt(file.size())
  const content = disk.readFile(path)
  if (kind === 'truncation') file.truncate(position)
  else if (kind === 'flipped bit') {
    file.writeSync(Uint8Array.of((content[position] ?? 0) ^ (1 << random.nextInt(8))), 0, 1, position)
  } else {
    const page = position - (position % pageBytes)
    const length = Math.min(pageBytes, content.length - page)
    const from = random.nextInt(content.length - length + 1)
    file.writeSync(kind === 'zero page' ? new Uint8Array(length) : content.subarray(from, from + length), 0, length, page)
  }
  file.syncSync()
  file.close()
  return `${path} has a ${kind} at byte ${position}`
}
