import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Something that a package exports, or that what it exports is made of, as its source has it. */
export interface Exported {
  readonly name: string
  /** Where it is declared. */
  readonly file: string
  /** Its docstring, without stars; empty when it has none. */
  readonly doc: string
  /** The declaration with the docstrings of its members, without what it does. */
  readonly declaration: string
}

/** A part of an index file: what stands below a comment of its own. */
export interface Section {
  readonly title: string
  readonly exported: readonly Exported[]
}

/** What an index file exports, in its order; comments in it begin sections. */
export function exportsOf(index: string): readonly Section[] {
  const sections: { title: string; exported: Exported[] }[] = []
  for (const [, title, names = '', from = ''] of readFileSync(index, 'utf8').matchAll(
    /^\/\/ (.+)$|^export (?:type )?\{([^}]+)\} from '([^']+)'/gm,
  )) {
    if (title !== undefined) sections.push({ title, exported: [] })
    else {
      const found = names.split(',').flatMap((name) => (name.trim() === '' ? [] : [declared(name.trim(), fileOf(index, from))]))
      sections.at(-1)?.exported.push(...found)
    }
  }
  return sections
}

/** What a name means in a file: a declaration of its own, or one that it imports. Undefined for what the language, Node or a type parameter has. */
export function meaningOf(name: string, file: string): Exported | undefined {
  const source = readFileSync(file, 'utf8')
  if (declaration(name).test(source)) return declared(name, file)
  for (const [, names = '', from = ''] of source.matchAll(/^import (?:type )?\{([^}]+)\} from '([^']+)'/gm)) {
    const isNamed = names.split(',').some((other) => other.trim().replace(/^type /, '') === name)
    if (isNamed && /^\.|^@odradek\//.test(from)) return declared(name, fileOf(file, from))
  }
  return undefined
}

/** The texts of a list that is declared as `const name = ['a', 'b'] as const`. */
export function listOf(name: string, file: string): readonly string[] | undefined {
  const found = new RegExp(`^(?:export )?const ${name} = \\[([^\\]]+)\\] as const`, 'm').exec(readFileSync(file, 'utf8'))
  return found?.[1]
    ?.replaceAll(/\/\/.*$/gm, '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

const declaration = (name: string): RegExp =>
  new RegExp(`^(?:export )?(?:declare )?(?:abstract )?(class|interface|type|const|(?:async )?function) ${name}\\b`, 'm')

function fileOf(importer: string, name: string): string {
  const workspace = /^@odradek\/([^/]+)(?:\/(.+))?$/.exec(name)
  const path = workspace === null ? join(dirname(importer), name) : join('packages', workspace[1] ?? '', workspace[2] ?? '', 'index.ts')
  if (!existsSync(path)) throw new Error(`${importer} exports from ${name}, and there is no ${path}`)
  return path
}

/** A declaration, looked for through re-exports. */
function declared(name: string, file: string): Exported {
  const source = readFileSync(file, 'utf8')
  const found = declaration(name).exec(source)
  if (found === null) {
    for (const [, names = '', from = ''] of source.matchAll(/^export (?:type )?\{([^}]+)\} from '([^']+)'/gm)) {
      if (names.split(',').some((other) => other.trim() === name)) return declared(name, fileOf(file, from))
    }
    throw new Error(`${file} does not declare ${name}`)
  }
  const text = source.slice(found.index)
  const kind = found[1] ?? ''
  const declarationText =
    kind === 'class'
      ? classOf(text)
      : kind.endsWith('function')
        ? functionOf(text, name)
        : kind === 'const'
          ? constantOf(text)
          : typeOf(text)
  return {
    name,
    file,
    doc: docBefore(source, found.index),
    // Comments for whoever maintains it are not documentation.
    declaration: declarationText
      .replaceAll(/^ *\/\/ .*\n/gm, '')
      .replace(/^export /, '')
      .replaceAll('\nexport function', '\nfunction'),
  }
}

/** The docstring that ends right before a place. Comments for the linter may stand between. */
function docBefore(source: string, at: number): string {
  const before = source.slice(0, at).replace(/(?:^\/\/.*\n)+$/m, '')
  const found = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before)
  return (found?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
}

/** An interface or a type: to the end of its brackets. */
function typeOf(text: string): string {
  const end = /\n(?![\s|&})\]])/.exec(text)?.index ?? text.length
  return text.slice(0, end).trimEnd()
}

function constantOf(text: string): string {
  return text.slice(0, text.indexOf(' = '))
}

/** All signatures of a function, without the one that implements them when there are others. */
function functionOf(text: string, name: string): string {
  const signatures: string[] = []
  let rest = text
  while (new RegExp(`^export (?:async )?function ${name}\\b`).test(rest)) {
    const end = endOfSignature(rest)
    const isImplementation = rest[end] === '{'
    if (!isImplementation || signatures.length === 0) signatures.push(rest.slice(0, end).trimEnd())
    if (isImplementation) break
    rest = rest.slice(end).trimStart()
  }
  return signatures.join('\n')
}

/** Where the body begins, or the line ends that has none. */
function endOfSignature(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (/[([<]/.test(character)) depth++
    else if (/[)\]]/.test(character) || (character === '>' && text[at - 1] !== '=')) depth--
    else if (character === '{' && depth === 0 && /[\w>)\]] $/.test(text.slice(at - 2, at)) && !/[:|&=] $/.test(text.slice(at - 2, at)))
      return at
    else if (character === '{') depth++
    else if (character === '}') depth--
    else if (character === '\n' && depth === 0) return at
  }
  return text.length
}

/** A class: what can be seen of it from outside, without bodies and without what is private. */
function classOf(text: string): string {
  const end = text.indexOf('\n}')
  const [head = '', ...lines] = text.slice(0, end).split('\n')
  const members: string[] = []
  let doc: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (/^ {2}(?:\/\*\*| \*)/.test(line)) {
      doc.push(line)
      continue
    }
    if (/^ {2}[a-z[]/.test(line) && !/^ {2}(?:override |readonly |static |async |get )*#|^ {2}static override /.test(line)) {
      const rest = lines.slice(at).join('\n')
      const signature = rest.slice(2, 2 + endOfSignature(rest.slice(2))).trimEnd()
      const overloaded = new RegExp(
        `^(?:async )?${(/^(?:async |get )?([\w[\].]+)/.exec(signature)?.[1] ?? '').replaceAll(/[[\].]/g, '\\$&')}\\b`,
      )
      const isImplementation =
        rest[2 + signature.length + 1] === '{' && members.some((member) => overloaded.test(member.split('\n').at(-1)?.trim() ?? ''))
      if (!isImplementation || !/^\w/.test(signature)) members.push([...doc, `  ${withoutValues(signature)}`].join('\n'))
    }
    doc = []
  }
  return [head, ...members, '}'].join('\n')
}

/** What things are at first says nothing about their types. */
function withoutValues(signature: string): string {
  return signature.includes('(') ? signature.replaceAll(/(\w+)(: [^=(),]*?) = \{\}/g, '$1?$2') : signature.replace(/ = .*$/, '')
}
