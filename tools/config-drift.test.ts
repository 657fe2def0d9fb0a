import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enumOf, int } from '@odradek/common/config'
import { compareSettings } from './config-drift/compare.ts'
import type { ConfigFact } from './config-drift/compare.ts'

const partitions: ConfigFact = {
  of: 'broker',
  name: 'num.partitions',
  type: 'INT',
  default: '1',
  valid: '[1,...]',
  scope: 'read-only',
  synonyms: '',
  isInternal: false,
}
const doc = 'A number.'
const compare = (def: Parameters<typeof compareSettings>[1], facts = [partitions]): string =>
  compareSettings('broker', def, facts)
    .map((difference) => difference.replace('broker num.partitions: ', ''))
    .join('; ')

test('equal declarations have no drift, and a default of our own has to be told as such', () => {
  assert.equal(compare({ 'num.partitions': int({ default: 1, atLeast: 1, doc }) }), '')
  assert.equal(compare({ 'num.partitions': int({ default: 2, kafkaDefault: '1', atLeast: 1, doc }) }), '')
  assert.equal(compare({ 'num.partitions': int({ default: 2, atLeast: 1, doc }) }), `the default is "2", Kafka's "1"`)
})

test('type, range, scope and words are compared, and names in both directions', () => {
  assert.equal(compare({}), 'not declared')
  assert.equal(compare({ x: int({ default: 1, doc }) }, []), 'broker x: Kafka has no such setting; isOurs is missing')
  assert.equal(compare({ x: int({ default: 1, isOurs: true, doc }) }, []), '')
  assert.equal(
    compare({ 'num.partitions': enumOf(['1', '2'], { default: '1', scope: 'per-broker', isInternal: true, isOurs: true, doc }) }),
    `Kafka has this setting too; isOurs is wrong; the type is "STRING", Kafka's "INT"; the scope is "per-broker", Kafka's "read-only"; isInternal is true, Kafka's false; the range is "[1, 2]", Kafka's "[1,...]"`,
  )
  const colour: ConfigFact = { ...partitions, name: 'colour', type: 'STRING', default: null, valid: '[red, green]' }
  assert.equal(compare({ colour: enumOf(['green', 'red'], { default: null, doc }) }, [colour]), '')
  assert.match(
    compare({ colour: enumOf(['green', 'blue'], { default: null, doc }) }, [colour]),
    /the words is "blue,green", Kafka's "green,red"/,
  )
})
