import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLevel, dependencyLines, mappingLines, metadataVersion, nameAndLevel } from './feature-levels.ts'

test('versions are known by their names, by releases and by patches of releases', () => {
  const level = (text: string): number => metadataVersion(text, { allowsUnstable: false }).level
  assert.deepEqual(['3.3', '3.5', '3.5-IV1', '4.0', '4.3-IV0', '4.3.1', '3.9-IV0.1'].map(level), [7, 11, 10, 25, 30, 30, 21])
  assert.throws(() => level('4'), { message: /^Unknown metadata\.version '4'\. Supported metadata\.version are: 3\.3-IV3, .*, 4\.3-IV0$/ })
  assert.throws(() => level('4.4-IV0'), { message: /^Unknown metadata\.version '4\.4-IV0'/ })
  assert.equal(metadataVersion('4.4-IV0', { allowsUnstable: true }).level, 31)
  assert.throws(() => metadataVersion('x', { allowsUnstable: true }), { message: /, 4\.3-IV0, 4\.4-IV0$/ })
})

test('a new cluster of a version has the features of that version', () => {
  assert.deepEqual(mappingLines('4.3-IV0'), [
    'metadata.version=30 (4.3-IV0)',
    'kraft.version=1',
    'transaction.version=2',
    'group.version=1',
    'eligible.leader.replicas.version=1',
    'share.version=1',
    'streams.version=1',
  ])
  assert.equal(
    mappingLines('4.0-IV1').join(' '),
    'metadata.version=23 (4.0-IV1) kraft.version=1 transaction.version=0 group.version=1 eligible.leader.replicas.version=0 share.version=0 streams.version=0',
  )
  assert.equal(defaultLevel('transaction.version', { level: 24, name: '4.0-IV2' }), 2)
})

test('what a level needs is told, and what is no level', () => {
  assert.deepEqual(dependencyLines('eligible.leader.replicas.version', 1), [
    'eligible.leader.replicas.version=1 requires:',
    '    metadata.version=23 (4.0-IV1)',
  ])
  assert.deepEqual(dependencyLines('group.version', 0), ['group.version=0 has no dependencies.'])
  assert.deepEqual(dependencyLines('metadata.version', 7), ['metadata.version=7 (3.3-IV3) has no dependencies.'])
  assert.throws(() => dependencyLines('metadata.version', 5), { message: 'Unknown metadata.version 5' })
  assert.throws(() => dependencyLines('transaction.version', 3), { message: 'No feature:transaction.version with feature level 3' })
  assert.throws(() => dependencyLines('nope', 1), { message: 'Unknown feature: nope' })
})

test('a feature and its level are read with spaces around them', () => {
  assert.deepEqual(nameAndLevel(' a.version = 5 '), ['a.version', 5])
  assert.throws(() => nameAndLevel('a'), { message: "Can't parse feature=level string a: equals sign not found." })
  assert.throws(() => nameAndLevel('a=b'), { message: "Can't parse feature=level string a=b: unable to parse b as a short." })
  assert.throws(() => nameAndLevel('a=32768'), { message: /unable to parse 32768 as a short\.$/ })
})
