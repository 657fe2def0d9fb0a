import { readFileSync, statSync } from 'node:fs'
import { parseProperties } from '@odradek/common/config'

/** What is known of one of `log.dirs`. */
export type StorageDirectory = { readonly path: string } & (
  | { readonly kind: 'missing' | 'no directory' | 'empty' }
  | { readonly kind: 'formatted'; readonly properties: ReadonlyMap<string, string> }
  /** Its meta.properties can't be read; why. */
  | { readonly kind: 'unreadable'; readonly reason: string }
)

/** Looks at a directory, and changes nothing. */
export function look(path: string): StorageDirectory {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return { path, kind: 'missing' }
  if (!found.isDirectory()) return { path, kind: 'no directory' }
  let text: string
  try {
    text = readFileSync(metaPath(path), 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { path, kind: 'empty' }
    return { path, kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) }
  }
  const properties = parseProperties(text)
  const missing = properties.get('version') === '1' ? ['node.id', 'cluster.id'].find((name) => !properties.has(name)) : undefined
  return missing === undefined ? { path, kind: 'formatted', properties } : { path, kind: 'unreadable', reason: `Failed to find ${missing}` }
}

export function metaPath(path: string): string {
  return `${path}/meta.properties`
}
