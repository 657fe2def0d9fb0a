import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { bundleDeclarations } from './build/declarations.ts'
import { exportsOf } from './document/exported.ts'

const folder = mkdtempSync(join(tmpdir(), 'odradek-declarations-'))
after(() => rmSync(folder, { recursive: true }))

function files(texts: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(folder, 'x'))
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}
/** In double quotes, lest a test of this house takes these texts for its own imports. */
const doubled = (text = ''): string => text.replaceAll("'", '"')
const fromThing = ['from', "'./thing.ts'"].join(' ')
const asTheyAre = (_file: string, text: string): string => text

test('what is published has every declaration that it needs, from whichever room, and no other', () => {
  const root = files({
    'client/index.d.ts': 'export { Kafka } from "./kafka.ts";\n',
    'client/kafka.d.ts': [
      'import type { Clock } from "@odradek/common/time";',
      'import type { Unused } from "./unused.ts";',
      'import type { Socket } from "node:net";',
      '/** Makes clients. */',
      'export declare class Kafka {',
      '    #private;',
      '    constructor(clock: Clock, socket: Socket, how: import("./how.ts").How);',
      '}',
      'export declare function notForUsers(unused: Unused): void;',
    ].join('\n'),
    'client/how.d.ts':
      'export type How = {\n    fast: true;\n} | {\n    slow: Deep;\n};\ninterface Deep {\n    x: 1;\n}\ninterface Other {\n    y: 1;\n}\nexport {};\n',
    'client/unused.d.ts': 'export type Unused = 1;\n',
    'common/time/index.d.ts': 'export type { Clock } from "./clock.ts";\n',
    'common/time/clock.d.ts': '/** Tells time. */\nexport interface Clock {\n    now(): number;\n}\n',
  })
  const bundled = bundleDeclarations(root, { index: 'client/index.d.ts' }, asTheyAre)
  assert.equal(
    doubled(bundled.get('index')),
    [
      '// @ts-ignore: any where @types/node is not installed',
      'import type { Socket } from "node:net";',
      '/** Makes clients. */',
      'export declare class Kafka {',
      '  #private;',
      '  constructor(clock: Clock, socket: Socket, how: How);',
      '}',
      'type How = {',
      '  fast: true;',
      '} | {',
      '  slow: Deep;',
      '};',
      'interface Deep {',
      '  x: 1;',
      '}',
      '/** Tells time. */',
      'interface Clock {',
      '  now(): number;',
      '}',
      'export {};',
      '',
    ].join('\n'),
  )
})

test('what two entries share is declared by the first', () => {
  const root = files({
    'client/index.d.ts': 'export type { Producer } from "./producer.ts";\n',
    'client/streams.d.ts': 'export { writable } from "./writable.ts";\n',
    'client/producer.d.ts': 'export interface Producer {\n    close(): void;\n}\n',
    'client/writable.d.ts': [
      'import type { Producer } from "./producer.ts";',
      'export declare function writable(producer: Producer, options: Options): void;',
      'interface Options {\n    size: number;\n}',
      'export declare function writable(producer: Producer): void;',
    ].join('\n'),
  })
  const bundled = bundleDeclarations(root, { index: 'client/index.d.ts', streams: 'client/streams.d.ts' }, asTheyAre)
  assert.equal(
    doubled(bundled.get('streams')),
    [
      'import type { Producer } from "./index.js";',
      'export declare function writable(producer: Producer, options: Options): void;',
      'export declare function writable(producer: Producer): void;',
      'interface Options {',
      '  size: number;',
      '}',
      'export {};',
      '',
    ].join('\n'),
  )
})

test('a type made of the names in a table is written out, and the table stays inside', () => {
  const root = files({
    'client/index.d.ts': 'export type { Code, Word } from "./words.ts";\n',
    'client/words.d.ts': [
      'export declare const codes: {',
      '    readonly FIRST: "Said of the first: with { brackets }.";',
      '    readonly "second-one": 2;',
      '};',
      'declare const words: readonly ["a", "b"];',
      'export type Code = keyof typeof codes;',
      'export type Word = (typeof words)[number];',
    ].join('\n'),
  })
  const text = doubled(bundleDeclarations(root, { index: 'client/index.d.ts' }, asTheyAre).get('index'))
  assert.equal(text, 'export type Code = "FIRST" | "second-one";\nexport type Word = "a" | "b";\nexport {};\n')
})

test('two declarations of one name are told when packages are built', () => {
  const root = files({
    'client/index.d.ts': 'export type { A } from "./a.ts";\nexport type { B } from "./b.ts";\n',
    'client/a.d.ts': 'export interface A {\n    x: Options;\n}\ninterface Options {\n    x: 1;\n}\n',
    'client/b.d.ts': 'export interface B {\n    x: Options;\n}\ninterface Options {\n    y: 1;\n}\n',
  })
  assert.throws(
    () => bundleDeclarations(root, { index: 'client/index.d.ts' }, asTheyAre),
    /b\.d\.ts#Options and client\/a\.d\.ts#Options go into one file of declarations: name one of them differently/,
  )
})

test('a name that nobody declares is told when packages are built', () => {
  const root = files({ 'client/index.d.ts': 'export { Gone } from "./gone.ts";\n', 'client/gone.d.ts': 'export type Here = 1;\n' })
  assert.throws(() => bundleDeclarations(root, { index: 'client/index.d.ts' }, asTheyAre), /gone\.d\.ts does not export Gone/)
})

test('the reference shows of a class what users can reach, and of functions their signatures', () => {
  const root = files({
    'index.ts': `// Things\nexport { Thing, make } ${fromThing}\n`,
    'thing.ts': [
      '/** A thing',
      ' * in two lines. */',
      'export class Thing {',
      "  readonly name = 'thing'",
      '  readonly #secret: number',
      '',
      '  /** Makes one. */',
      '  constructor(size: number, options: { readonly fast?: boolean } = {}) {',
      '    this.#secret = size',
      '  }',
      '',
      '  grow(by: number): Thing',
      '  grow(by: string): Thing',
      '  grow(by: number | string): Thing {',
      '    return this',
      '  }',
      '',
      '  /** How large. */',
      '  get size(): number {',
      '    return this.#secret',
      '  }',
      '',
      '  #hidden(): void {}',
      '}',
      '',
      'export function make(): Thing {',
      '  return new Thing(1)',
      '}',
    ].join('\n'),
  })
  const [section] = exportsOf(join(root, 'index.ts'))
  assert.equal(section?.title, 'Things')
  assert.deepEqual(
    section.exported.map(({ name, doc, declaration }) => ({ name, doc, declaration })),
    [
      {
        name: 'Thing',
        doc: 'A thing\nin two lines.',
        declaration: [
          'class Thing {',
          '  readonly name',
          '  /** Makes one. */',
          '  constructor(size: number, options?: { readonly fast?: boolean })',
          '  grow(by: number): Thing',
          '  grow(by: string): Thing',
          '  /** How large. */',
          '  get size(): number',
          '}',
        ].join('\n'),
      },
      { name: 'make', doc: '', declaration: 'function make(): Thing' },
    ],
  )
})
