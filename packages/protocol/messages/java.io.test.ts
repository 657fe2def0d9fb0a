import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { consumerOffsetsEntries } from '../entries/index.ts'
import { arbitraryMessage } from '../schema/arbitrary-message.ts'
import { everyMessage } from './every-message.ts'

/**
 * Our messages read and written again by Apache Kafka's own classes. `java-messages.java` is the other side. Needs Java and
 * the jars of `tools/peers/apache-kafka install`; a seed can be given as SEED.
 */
const repository = join(import.meta.dirname, '../../..')
const program = join(import.meta.dirname, 'java-messages.java')
const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const perMessage = 5

const classPath = findClassPath()
const skip = classPath === undefined ? 'Java or the jars of Apache Kafka are missing: run tools/peers/apache-kafka install' : false

function findClassPath(): string | undefined {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return execFileSync(join(repository, 'tools/peers/apache-kafka'), ['classpath'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

test('whatever we write, the Java classes read and write again byte for byte', { skip }, () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const sent = [...messages(seed), ...entries(seed)]
  const input = sent.map(({ command, hex }) => `${command} ${hex}\n`).join('')
  const { status, stdout, stderr } = spawnSync('java', [...flags, '-cp', classPath ?? '', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assert.equal(status, 0, stderr)
  const answers = stdout.trimEnd().split('\n')
  assert.equal(answers.length, sent.length)
  for (const [index, { command, hex }] of sent.entries()) assert.equal(answers[index], hex, `${command} of seed ${seed}`)
})

interface Sent {
  readonly command: string
  readonly hex: string
}

function messages(seed: number): readonly Sent[] {
  return everyMessage().flatMap(({ key, direction, version, flexible, fields, encode }) =>
    fc
      .sample(arbitraryMessage(fields, { version, flexible }), { numRuns: perMessage, seed })
      .map((value) => ({ command: `${key} ${direction} ${version}`, hex: encode(value).toString('hex') })),
  )
}

/** The type before a key and the version before a value are not part of the Java classes. */
function entries(seed: number): readonly Sent[] {
  return consumerOffsetsEntries.flatMap(({ type, key, value, versions: [min, max], flexible, encodeKey, encodeValue }) => {
    const sample = (fields: typeof key, version: number, isFlexible: boolean) =>
      fc.sample(arbitraryMessage(fields, { version, flexible: isFlexible }), { numRuns: perMessage, seed })
    const keys = sample(key, 0, false).map((fields) => ({ command: `${type} key 0`, hex: encodeKey(fields).toString('hex', 2) }))
    const versions = Array.from({ length: max - min + 1 }, (_, index) => min + index)
    const values = versions.flatMap((version) =>
      sample(value, version, flexible !== undefined && version >= flexible).map((fields) => ({
        command: `${type} value ${version}`,
        hex: encodeValue(fields, version).toString('hex', 2),
      })),
    )
    return [...keys, ...values]
  })
}
