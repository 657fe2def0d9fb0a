import { closeSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes two gigabytes and deletes them. In a virtual machine the first touch of a page of memory costs more than all
 * that a broker does with it; afterwards both contenders write into pages that have been touched before.
 */
export function recyclePages(directory: string): void {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'recycled-pages')
  const file = openSync(path, 'w')
  const chunk = Buffer.alloc(1 << 20, 1)
  for (let i = 0; i < 2048; i++) writeSync(file, chunk)
  closeSync(file)
  unlinkSync(path)
}
