import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { link } from './link.ts'

/** The exports of a program that was linked from these files, entry `cli/main.js`. Quotes are doubled lest these imports be taken for ours. */
async function linked(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-link-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      writeFileSync(join(folder, file), file.endsWith('.json') ? text : text.replaceAll('"', "'"))
    }
    const text = link(folder, 'cli/main.js')
    assert.doesNotMatch(text, /[^\n -~]/, 'a source of ASCII takes half the memory')
    return await import(`data:text/javascript,${encodeURIComponent(text)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a linked program does what its modules did, however they import and export', async () => {
  const { told } = await linked({
    'cli/main.js': `
import assert from "node:assert/strict";
import * as path from "node:path";
import manifest from "./package.json" with { type: 'json' };
import { Log, size as bytes, open } from "@odradek/log";
import * as doors from "@odradek/log/doors";
export const told = [typeof assert.equal, path.posix.join('a', 'b'), manifest['version'], new Log().name, bytes, await1(), open(), doors.count];
function await1() { return 'ü’'; }`,
    'cli/package.json': `{ "version": 123 }`,
    'log/index.js': `
export { Log, size } from "./log.js";
export * from "./open.js";`,
    'log/log.js': `
const own = 7;
export class Log { name = 'log'; }
export { own as size };`,
    'log/open.js': `export function open() { return 'opened'; }`,
    'log/doors/index.js': 'export const count = 2;',
  })
  assert.deepEqual(told, ['function', 'a/b', 123, 'log', 7, 'ü’', 'opened', 2])
})

test('what is imported when it is needed runs then, and once', async () => {
  const { run } = await linked({
    'cli/main.js': `
const ran = [];
globalThis.tellLinkTest = (what) => ran.push(what);
export async function run() {
  const before = [...ran];
  const [first, second] = [await import("./later.js"), await import("./later.js")];
  delete globalThis.tellLinkTest;
  return { before, ran, same: first.value === second.value };
}`,
    'cli/later.js': `
globalThis.tellLinkTest('later');
export const value = {};`,
  })
  assert(typeof run === 'function')
  assert.deepEqual(await run(), { before: [], ran: ['later'], same: true })
})

test('what the linker does not understand ends the build, and not the program', async () => {
  await assert.rejects(linked({ 'cli/main.js': 'export let count = 0;' }), /cli\/main\.js: this cannot be linked: export let count/)
  await assert.rejects(linked({ 'cli/main.js': `import { a } from "./gone.js";` }), /there is no .*gone\.js/)
})
