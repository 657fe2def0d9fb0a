import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import { diskContract } from './contract.ts'
import { nodeDisk } from './node-disk.ts'

const base = mkdtempSync(`${tmpdir()}/odradek-disk-`)
after(() => rmSync(base, { recursive: true }))

diskContract('node', () => ({ disk: nodeDisk, directory: mkdtempSync(`${base}/`) }))

test('a link to a directory is listed as a directory, a dangling one as a file', () => {
  const directory = mkdtempSync(`${base}/`)
  symlinkSync(base, `${directory}/link`)
  symlinkSync(`${base}/none`, `${directory}/nowhere`)
  assert.deepEqual(nodeDisk.list(directory), [
    { name: 'link', isDirectory: true },
    { name: 'nowhere', isDirectory: false },
  ])
})
