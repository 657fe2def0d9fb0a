import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'

/**
 * Puts a compiled program into one file. Node spends 0.2 ms and 60 KB on each module that it loads, and a broker is 450 of them.
 *
 * Each module becomes a function that runs when its exports are first asked for, which is all a linker has to do here: no room
 * imports in a circle, and nobody exports what changes later. Node's own modules are asked for in the same way, so one that only a
 * rarely used file needs is loaded when that file is. Other people's packages stay outside, behind `require`.
 *
 * `rooms` is the folder of the compiled packages, `entry` a file in it. The text it returns exports what the entry exports.
 */
export function link(rooms: string, entry: string): string {
  const modules = new Map<string, string>()
  const add = (file: string): void => {
    if (modules.has(file)) return
    modules.set(file, '')
    modules.set(file, asFunction(rooms, file, add))
  }
  add(entry)
  const exported = exportsOf(readFileSync(join(rooms, entry), 'utf8'))
  const text = [
    'const once = (make) => {\n  let made\n  return () => (made ??= make())\n}',
    ...modules.values(),
    ...exported.map((name) => `export const { ${name} } = ${functionOf(entry)}()`),
  ].join('\n')
  // V8 keeps a source of ASCII at one byte a character, any other at two.
  return `${text.replaceAll(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

function asFunction(rooms: string, file: string, add: (file: string) => void): string {
  const source = readFileSync(join(rooms, file), 'utf8')
  if (file.endsWith('.json')) return `const ${functionOf(file)} = once(() => ({ default: ${source.trim()} }))`
  const from = (name: string): string => {
    if (builtinModules.includes(name.replace(/^node:/, ''))) return `process.getBuiltinModule('${name}')`
    const target = find(rooms, file, name)
    add(target)
    return `${functionOf(target)}()`
  }
  const given: string[] = exportsOf(source)
  const passedOn: string[] = []
  const body = source
    .replaceAll(importing, (_all, what: string, name: string) => `const ${bound(what)} = ${from(name)}${defaultOf(what, name)};`)
    .replaceAll(passingOn, (_all, what: string, name: string) => {
      passedOn.push(what === '*' ? `...${from(name)}` : listed(what, (local, other) => `${other}: ${from(name)}.${local}`))
      return ''
    })
    .replaceAll(/^export \{(.*)\};$/gm, (_all, names: string) => {
      passedOn.push(listed(names, (local, other) => `${other}: ${local}`))
      return ''
    })
    .replaceAll(/^export (?=(?:const|class|function|async function)\b)/gm, '')
    .replaceAll(/\bimport\('([^']+)'\)/g, (_all, name: string) => `Promise.resolve().then(() => ${from(name)})`)
  const left = /^(?:import|export)\b.*/m.exec(body)
  if (left !== null) throw new Error(`${file}: this cannot be linked: ${left[0]}`)
  return `const ${functionOf(file)} = once(() => {\n${body.trim()}\nreturn { ${[...given, ...passedOn].filter((part) => part !== '').join(', ')} }\n})`
}

const importing = /^import (.+) from '([^']+)'(?: with \{.*\})?;$/gm
const passingOn = /^export (.+) from '([^']+)';$/gm

const exportsOf = (source: string): string[] =>
  Array.from(source.matchAll(/^export (?:const|class|function|async function)\*? ?([\w$]+)/gm), ([, name = '']) => name)

/** `{ a, b as c }` as a pattern, `* as all` and `one` as a name. */
function bound(what: string): string {
  if (what.startsWith('{')) return what.replaceAll(' as ', ': ')
  return what.replace('* as ', '')
}

/** `import assert from 'node:assert/strict'`: a module of Node is its own default. */
const defaultOf = (what: string, name: string): string => (/^[\w$]+$/.test(what) && !name.startsWith('node:') ? '.default' : '')

function listed(names: string, write: (local: string, other: string) => string): string {
  return names
    .replaceAll(/[{}]/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const [local = '', other = local] = name.split(' as ')
      return write(local, other)
    })
    .join(', ')
}

const functionOf = (file: string): string => file.replace(/\.js(on)?$/, '').replaceAll(/\W/g, '_')

/** The file behind an import, relative to the rooms. */
function find(rooms: string, file: string, name: string): string {
  const [, room, door] = /^@odradek\/([^/]+)(?:\/(.+))?$/.exec(name) ?? []
  const target = room === undefined ? normalize(join(dirname(file), name)) : join(room, door ?? '', 'index.js')
  if (!existsSync(join(rooms, target))) throw new Error(`${file} imports ${name}, and there is no ${relative('.', join(rooms, target))}`)
  return target
}
