import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** A statement of a declaration file: its text with the docstring before it, and the names that it declares. */
interface Statement {
  readonly text: string
  readonly name: string | undefined
}

/** Something in another file, or of Node (`file` begins with node:). */
interface Reference {
  readonly file: string
  readonly name: string
}

interface Declarations {
  readonly statements: readonly Statement[]
  /** By the name that they have here. */
  readonly imports: ReadonlyMap<string, Reference>
  /** By the name that they have outside. */
  readonly reexports: ReadonlyMap<string, Reference>
  /** Files of which everything is exported. */
  readonly stars: readonly string[]
}

/**
 * What `entries` export, with everything that it is made of and nothing else, as declaration files by path below `packages`. Names of rooms in them
 * become paths between files, so that they can be published without the rooms.
 *
 * It relies on how tsc writes declarations: a statement begins at the beginning of a line, and nothing else but its closing bracket does.
 * `replace` may give a better text for a file.
 */
export function collectDeclarations(
  packages: string,
  entries: readonly string[],
  replace: (file: string, text: string) => string,
): Map<string, string> {
  const parsed = new Map<string, Declarations>()
  const kept = new Map<string, Set<Statement>>()
  const used = new Map<string, Map<string, Reference>>()
  const read = (file: string): Declarations => {
    let declarations = parsed.get(file)
    if (declarations === undefined) {
      declarations = parse(packages, file, replace(file, readFileSync(join(packages, file), 'utf8')))
      parsed.set(file, declarations)
    }
    return declarations
  }

  /** Where a name that a file exports is declared. */
  const declaredAt = ({ file, name }: Reference): Reference => {
    if (file.startsWith('node:')) return { file, name }
    const { statements, reexports, stars, imports } = read(file)
    if (statements.some((statement) => statement.name === name)) return { file, name }
    const next = reexports.get(name) ?? imports.get(name)
    if (next !== undefined) return declaredAt(next)
    const star = stars.find((from) => exportsName(from, name))
    if (star === undefined) throw new Error(`${file} does not export ${name}`)
    return declaredAt({ file: star, name })
  }
  const exportsName = (file: string, name: string): boolean => {
    const { statements, reexports, stars } = read(file)
    return statements.some((statement) => statement.name === name) || reexports.has(name) || stars.some((star) => exportsName(star, name))
  }

  const keep = (reference: Reference): Reference => {
    const { file, name } = declaredAt(reference)
    if (file.startsWith('node:')) return { file, name }
    const set = kept.get(file) ?? new Set()
    kept.set(file, set)
    const { statements, imports } = read(file)
    for (const statement of statements) {
      if (statement.name !== name || set.has(statement)) continue
      set.add(statement)
      for (const word of wordsOf(statement.text)) {
        const imported = imports.get(word)
        if (imported !== undefined) mapOf(used, file).set(word, keep(imported))
        else if (statements.some((other) => other.name === word)) keep({ file, name: word })
      }
      for (const [, from = '', inline = ''] of statement.text.matchAll(inlineImport))
        keep({ file: fileOf(packages, file, from), name: inline })
    }
    return { file, name }
  }

  const texts = new Map<string, string>()
  for (const entry of entries) {
    const byFile = new Map<string, string[]>()
    for (const [name, reference] of read(entry).reexports) {
      const at = keep(reference)
      byFile.set(at.file, [...(byFile.get(at.file) ?? []), at.name === name ? name : `${at.name} as ${name}`])
    }
    texts.set(entry, [...byFile].map(([file, names]) => `export { ${names.join(', ')} } from '${specifier(entry, file)}';\n`).join(''))
  }
  for (const [file, statements] of kept) {
    const imports = [...mapOf(used, file)].map(([word, at]) => importLine(word, at, file))
    const inOrder = read(file).statements.filter((statement) => statements.has(statement))
    const text = inOrder.map((statement) =>
      statement.text.replaceAll(inlineImport, (_whole, from: string, name: string) => {
        const at = declaredAt({ file: fileOf(packages, file, from), name })
        return `import('${specifier(file, at.file)}').${at.name}`
      }),
    )
    texts.set(file, `${imports.join('')}${text.join('\n')}\n`)
  }
  return texts
}

const inlineImport = /\bimport\(["']([^"']+)["']\)\.(\w+)/g

function mapOf<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const map = maps.get(key) ?? new Map()
  maps.set(key, map)
  return map
}

/** Declarations work without `@types/node` too: what is Node's is `any` then. */
function importLine(word: string, { file, name }: Reference, importer: string): string {
  const names = name === '*' ? `* as ${word}` : name === word ? `{ ${word} }` : `{ ${name} as ${word} }`
  if (file.startsWith('node:')) return `// @ts-ignore: any where @types/node is not installed\nimport type ${names} from '${file}';\n`
  return `import type ${names} from '${specifier(importer, file)}';\n`
}

function parse(packages: string, file: string, text: string): Declarations {
  const imports = new Map<string, Reference>()
  const reexports = new Map<string, Reference>()
  const stars: string[] = []
  const statements: Statement[] = []
  for (const statement of statementsOf(text)) {
    const code = withoutDoc(statement)
    const star = /^export (?:type )?\* from ["']([^"']+)["']/.exec(code)
    const list = /^(import|export) (?:type )?\{([^}]*)\}(?: from ["']([^"']+)["'])?/.exec(code)
    const namespace = /^import (?:type )?\* as (\w+) from ["']([^"']+)["']/.exec(code)
    if (star !== null) stars.push(fileOf(packages, file, star[1] ?? ''))
    else if (namespace !== null) imports.set(namespace[1] ?? '', { file: fileOf(packages, file, namespace[2] ?? ''), name: '*' })
    else if (list !== null) {
      for (const item of (list[2] ?? '').split(',')) {
        const [, name = '', alias = name] = /^\s*(?:type )?(\w+)(?: as (\w+))?\s*$/.exec(item) ?? []
        if (name === '') continue
        if (list[1] === 'import') imports.set(alias, { file: fileOf(packages, file, list[3] ?? ''), name })
        else if (list[3] !== undefined) reexports.set(alias, { file: fileOf(packages, file, list[3]), name })
      }
    } else {
      const name = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|let|function) (\w+)/.exec(code)?.[1]
      statements.push({ text: statement, name })
    }
  }
  return { statements, imports, reexports, stars }
}

/** A new one begins where a line begins with a letter, or with a docstring. */
function statementsOf(text: string): readonly string[] {
  const statements: string[] = []
  let isDoc = false
  for (const line of text.split('\n')) {
    const begins = /^(?:[a-z]|\/\*\*)/.test(line)
    if (begins && !isDoc) statements.push(line)
    else if (statements.length > 0) statements.push(`${statements.pop()}\n${line}`)
    if (line.startsWith('/**')) isDoc = true
    else if (isDoc && /^[a-z]/.test(line)) isDoc = false
  }
  return statements.map((statement) => statement.trimEnd())
}

const withoutDoc = (statement: string): string => statement.replace(/^\/\*\*[\s\S]*?\*\/\n/, '')

function wordsOf(text: string): ReadonlySet<string> {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '')
  return new Set(code.match(/[A-Za-z_$][\w$]*/g))
}

/** The file behind a name, or the module of Node. */
function fileOf(packages: string, from: string, name: string): string {
  const workspace = /^@odradek\/([^/]+)(?:\/(.+))?$/.exec(name)
  if (!name.startsWith('.') && workspace === null) return name.startsWith('node:') ? name : `node:${name}`
  const path =
    workspace === null
      ? normalize(join(dirname(from), name)).replace(/\.[tj]s$/, '')
      : join(workspace[1] ?? '', workspace[2] ?? '', 'index')
  const file = `${path}.d.ts`
  if (!existsSync(join(packages, file))) throw new Error(`${from} names ${name}, and there is no ${file}`)
  return file
}

function specifier(from: string, target: string): string {
  const path = relative(dirname(from), target).replace(/\.d\.ts$/, '.js')
  return path.startsWith('.') ? path : `./${path}`
}
