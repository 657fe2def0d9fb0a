import { listOf, meaningOf } from './exported.ts'
import type { Exported, Section } from './exported.ts'

/** What a page has in a section, and how deep it stands there. */
export interface Placed extends Exported {
  readonly level: 3 | 4
}

export interface PlacedSection {
  readonly title: string
  readonly placed: readonly Placed[]
}

/**
 * The sections with everything that their declarations name, so that no name on the page leads nowhere. What is added stands before what is exported
 * from the same file, or at the end of its section. What an interface is put together from (`Admin`) has the things of its file below it.
 *
 * Names in `without` are not looked into: the page has a sentence for them.
 */
export function withReachable(sections: readonly Section[], without: ReadonlySet<string>): readonly PlacedSection[] {
  const known = new Set([...sections.flatMap(({ exported }) => exported.map(({ name }) => name)), ...without])
  return sections.map(({ title, exported }) => {
    const all = exported.map(withLists)
    const parts = new Set<string>()
    for (let at = 0; at < all.length; at++) {
      const one = all[at]!
      const parents = parentsOf(one)
      if (parents.length > 3) for (const parent of parents) parts.add(parent)
      for (const name of namesIn(one)) {
        if (known.has(name)) continue
        const added = meaningOf(name, one.file)
        if (added === undefined) continue
        known.add(name)
        all.push(withLists(added))
      }
    }
    return { title, placed: inOrder(exported, all, parts) }
  })
}

/** The interfaces of ours that one extends, in its order. */
export function parentsOf({ declaration, file }: Exported): readonly string[] {
  const [, list = ''] = /^interface \w+(?:<[^{]*?>)?\s+extends\s+([\w\s,]+?)\s*\{/.exec(declaration) ?? []
  return list.split(/,\s*/).filter((name) => name !== '' && meaningOf(name, file) !== undefined)
}

/** What one can call of an interface. */
export function methodsOf({ declaration }: Exported): readonly string[] {
  return [...new Set([...declaration.matchAll(/^ {2}(\w+)\(/gm)].map(([, name = '']) => name))]
}

function inOrder(exported: readonly Exported[], all: readonly Exported[], parts: ReadonlySet<string>): readonly Placed[] {
  const files = new Set(exported.map(({ file }) => file))
  const added = all.slice(exported.length)
  const ordered = all.slice(0, exported.length).flatMap((one, at) => {
    const isFirstOfFile = exported.findIndex(({ file }) => file === one.file) === at
    return isFirstOfFile ? [...added.filter(({ file }) => file === one.file), one] : [one]
  })
  ordered.push(...added.filter(({ file }) => !files.has(file)))
  // A part comes before the rest of its file.
  const leads = ordered.toSorted((a, b) => (a.file === b.file ? Number(parts.has(b.name)) - Number(parts.has(a.name)) : 0))
  const filesOfParts = new Set(all.filter(({ name }) => parts.has(name)).map(({ file }) => file))
  return leads.map((one) => ({ ...one, level: filesOfParts.has(one.file) && !parts.has(one.name) ? 4 : 3 }))
}

/** Names of types in a declaration; comments and texts are not code. */
function namesIn({ declaration }: Exported): ReadonlySet<string> {
  const code = declaration
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'[^'\n]*'/g, '')
  return new Set(code.match(/\b[A-Z]\w*/g))
}

/** `(typeof words)[number]` says nothing to who has not got the file: the words themselves do. */
function withLists(one: Exported): Exported {
  const declaration = one.declaration.replaceAll(
    /\(typeof (\w+)\)\[number\]/g,
    (all, name: string) => listOf(name, one.file)?.join(' | ') ?? all,
  )
  return { ...one, declaration }
}
