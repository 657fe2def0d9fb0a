import assert from 'node:assert/strict'
import { accessSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { checkoutBin, toolNames } from './build/kafka-bins.ts'

test('bin/ has every tool under both spellings (node tools/kafka-bins.ts writes it)', () => {
  assert.deepEqual(readdirSync('bin').toSorted(), toolNames.flatMap((name) => [name, `${name}.sh`]).toSorted())
  for (const name of toolNames) {
    assert.equal(readFileSync(`bin/${name}.sh`, 'utf8'), checkoutBin(name))
    accessSync(`bin/${name}.sh`, constants.X_OK)
    assert.equal(readlinkSync(`bin/${name}`), `${name}.sh`)
  }
})
