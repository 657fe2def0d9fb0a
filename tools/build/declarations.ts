import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

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
 * What the entries export, with everything that it is made of and nothing else: a declaration file an entry, by its name. `entries` says in which file
 * below `packages` each begins; what a later one shares with the first it imports from there, so the first should export most.
 *
 * It relies on how tsc writes declarations: a statement begins at the beginning of a line, and nothing else but its closing bracket does.
 * `replace` may give a better text for a file.
 */
export function bundleDeclarations(
  packages: string,
  entries: Readonly<Record<string, string>>,
  replace: (file: string, text: string) => string,
): Map<string, string> {
  const rooms = new Rooms(packages, replace)
  const bundles = new Map<string, string>()
  let main: { readonly name: string; readonly exported: ReadonlyMap<string, string> } | undefined
  for (const [name, file] of Object.entries(entries)) {
    const bundle = new Bundle(rooms)
    if (main !== undefined)
      for (const [place, alias] of main.exported) bundle.importing.set(place, { from: `./${main.name}.js`, name: alias })
    const exported = bundle.add(file)
    bundles.set(name, bundle.text())
    main ??= { name, exported }
  }
  return bundles
}

/** Compiled declarations of all rooms, parsed when they are first asked for. */
class Rooms {
  readonly packages: string
  readonly #replace: (file: string, text: string) => string
  readonly #parsed = new Map<string, Declarations>()

  constructor(packages: string, replace: (file: string, text: string) => string) {
    this.packages = packages
    this.#replace = replace
  }

  read(file: string): Declarations {
    let declarations = this.#parsed.get(file)
    if (declarations === undefined) {
      declarations = parse(this.packages, file, unionsForTables(this.#replace(file, readFileSync(join(this.packages, file), 'utf8'))))
      this.#parsed.set(file, declarations)
    }
    return declarations
  }

  /** Where a name that a file exports is declared. */
  declaredAt({ file, name }: Reference): Reference {
    if (file.startsWith('node:')) return { file, name }
    const { statements, reexports, stars, imports } = this.read(file)
    if (statements.some((statement) => statement.name === name)) return { file, name }
    const next = reexports.get(name) ?? imports.get(name)
    if (next !== undefined) return this.declaredAt(next)
    const star = stars.find((from) => this.#exports(from, name))
    if (star === undefined) throw new Error(`${file} does not export ${name}`)
    return this.declaredAt({ file: star, name })
  }

  #exports(file: string, name: string): boolean {
    const { statements, reexports, stars } = this.read(file)
    return statements.some((statement) => statement.name === name) || reexports.has(name) || stars.some((star) => this.#exports(star, name))
  }
}

/** One declaration file under construction. */
class Bundle {
  /** What another bundle declares, by place. */
  readonly importing = new Map<string, { readonly from: string; readonly name: string }>()
  readonly #rooms: Rooms
  /** Every name that is declared or imported here, with its place. */
  readonly #places = new Map<string, string>()
  readonly #imports = new Map<string, string[]>()
  readonly #statements = new Map<Statement, string>()
  readonly #exported = new Map<string, string>()

  constructor(rooms: Rooms) {
    this.#rooms = rooms
  }

  /** Takes all that `entry` exports, and gives the names by place. */
  add(entry: string): ReadonlyMap<string, string> {
    const all = [...this.#rooms.read(entry).reexports].map(([name, reference]) => {
      const at = this.#rooms.declaredAt(reference)
      if (at.name !== name) throw new Error(`${entry} exports ${at.name} under another name, ${name}: give it one name`)
      this.#exported.set(placeOf(at), name)
      return at
    })
    for (const at of all) this.#keep(at)
    return this.#exported
  }

  text(): string {
    const imports = [...this.#imports].map(([from, names]) => {
      const line = `import type { ${names.toSorted().join(', ')} } from '${from}';\n`
      return from.startsWith('node:') ? `// @ts-ignore: any where @types/node is not installed\n${line}` : line
    })
    return `${imports.join('')}${[...this.#statements.values()].join('\n')}\nexport {};\n`
  }

  #keep(at: Reference): void {
    const { file, name } = at
    const place = placeOf(at)
    const other = this.#places.get(name)
    if (other === place) return
    if (other !== undefined) throw new Error(`${place} and ${other} go into one file of declarations: name one of them differently`)
    this.#places.set(name, place)
    const elsewhere = this.importing.get(place)
    if (elsewhere !== undefined || file.startsWith('node:')) {
      const from = elsewhere?.from ?? file
      this.#imports.set(from, [...(this.#imports.get(from) ?? []), name])
      return
    }
    const { statements, imports } = this.#rooms.read(file)
    const kept = statements.filter((statement) => statement.name === name)
    // Overloads stand together, and what they need comes after them.
    for (const statement of kept) this.#statements.set(statement, '')
    for (const statement of kept) this.#statements.set(statement, this.#written(file, statement, this.#exported.has(place)))
    for (const word of kept.flatMap(({ text }) => [...wordsOf(text)])) {
      const imported = imports.get(word)
      if (imported !== undefined) this.#keepImported(file, word, imported)
      else if (statements.some((declared) => declared.name === word)) this.#keep({ file, name: word })
    }
  }

  #keepImported(file: string, word: string, imported: Reference): void {
    const at = this.#rooms.declaredAt(imported)
    if (at.name !== word) throw new Error(`${file} imports ${at.name} under another name, ${word}: give it one name`)
    this.#keep(at)
  }

  #written(file: string, statement: Statement, isExported: boolean): string {
    const text = statement.text.replaceAll(inlineImport, (_whole, from: string, name: string) => {
      this.#keepImported(file, name, { file: fileOf(this.#rooms.packages, file, from), name })
      return name
    })
    const doc = text.length - withoutDoc(text).length
    const code = text.slice(doc)
    const declared = code.replace(/^export /, '')
    const lines = `${text.slice(0, doc)}${isExported ? `export ${declared}` : declared}`
    return lines.replaceAll(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2))
  }
}

const inlineImport = /\bimport\(["']([^"']+)["']\)\.(\w+)/g

const placeOf = ({ file, name }: Reference): string => `${file}#${name}`

/** A type that is made of the names in a table becomes the union of these names: nothing else is asked of the table. */
function unionsForTables(text: string): string {
  return text.replaceAll(/= (?:keyof typeof (\w+)|\(typeof (\w+)\)\[number\]);/g, (whole, table?: string, list?: string) => {
    const declared = new RegExp(`^(?:export )?declare const ${table ?? list}: (?:readonly \\[(.*)\\]|\\{\\n([\\s\\S]*?)^\\});`, 'm').exec(
      text,
    )
    if (declared === null) return whole
    const [, elements, members = ''] = declared
    const names = elements?.split(', ') ?? [...members.matchAll(/^ {4}readonly ["']?([\w-]+)["']?:/gm)].map(([, key = '']) => `'${key}'`)
    return `= ${names.join(' | ')};`
  })
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
