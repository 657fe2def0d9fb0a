import { metaPath } from './directories.ts'
import type { StorageDirectory } from './directories.ts'

/** What `info` says of the directories, and its exit code: 1 as soon as there is a problem. */
export function infoOf(directories: readonly StorageDirectory[]): { readonly text: string; readonly code: number } {
  const found = directories.filter(({ kind }) => kind !== 'missing' && kind !== 'no directory').map(({ path }) => path)
  const [first, ...others] = directories.flatMap((directory) => (directory.kind === 'formatted' ? [directory.properties] : []))
  const problems = [
    ...directories.flatMap(problemOf),
    ...others.flatMap((other) => (first === undefined ? [] : difference(first, other))),
    ...(first === undefined || first.get('version') === '1' ? [] : [legacy]),
  ]
  const metadata = [...(first ?? [])].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([name, value]) => `${name}=${value}`)
  const text = [
    section('Found log directory:', 'Found log directories:', found),
    first === undefined ? '' : `Found metadata: {${metadata.join(', ')}}\n\n`,
    section('Found problem:', 'Found problems:', problems),
  ]
  return { text: text.join(''), code: problems.length > 0 ? 1 : 0 }
}

const legacy = 'The kafka configuration file appears to be for a cluster in KRaft mode, but the directories are formatted for legacy mode.'

function problemOf(directory: StorageDirectory): readonly string[] {
  const { path, kind } = directory
  if (kind === 'missing') return [`${path} does not exist`]
  if (kind === 'no directory') return [`${path} is not a directory`]
  if (kind === 'empty') return [`${path} is not formatted.`]
  return kind === 'unreadable' ? [`Error loading ${metaPath(path)}: ${directory.reason}`] : []
}

function difference(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly string[] {
  if (one.get('cluster.id') !== other.get('cluster.id')) return ['Mismatched cluster IDs between storage directories.']
  return one.get('node.id') === other.get('node.id') ? [] : ['Mismatched node IDs between storage directories.']
}

function section(one: string, several: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.length === 1 ? one : several}\n${lines.map((line) => `  ${line}\n`).join('')}\n`
}
