/**
 * Compares our messages with the definitions that Kafka's own jars carry: every field, in every version.
 *
 *   node tools/schema-drift.ts                            the jars of tools/peers/apache-kafka
 *   node tools/schema-drift.ts kafka-clients-4.3.1.jar    jars of your choice
 *
 * Prints the differences, and ends with 1 when there are any that are not in `schema-drift/intended.ts`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { compare } from './schema-drift/compare.ts'
import { intendedDifferences, intention } from './schema-drift/intended.ts'
import { kafkaDefinition } from './schema-drift/kafka-definitions.ts'
import { print } from './schema-drift/message.ts'
import type { Message } from './schema-drift/message.ts'
import { ourEntries, ourMessages } from './schema-drift/our-declarations.ts'

const given = process.argv.slice(2).filter((argument) => argument !== '--jar')
const jars = given.length > 0 ? given : jarsOfThePeer()
const missing = jars.filter((jar) => !existsSync(jar))
if (jars.length === 0 || missing.length > 0) {
  console.error(missing.length > 0 ? `There is no ${missing.join(', ')}.` : 'There is no Kafka here to compare with.')
  console.error(
    'Run tools/peers/apache-kafka install, or give the paths of the jars of kafka-clients, kafka-group-coordinator and kafka-transaction-coordinator.',
  )
  process.exit(2)
}
const kafka = new Map(jars.flatMap(definitionsIn).map((message) => [message.name, message]))
const entries = [...ourEntries()].flatMap(([jar, messages]) => {
  if (messages.some(({ name }) => kafka.has(name))) return messages
  console.log(`${messages.length} records of an internal topic are not compared: that takes the jar of ${jar}, too.`)
  return []
})
const ours = [...ourMessages(), ...entries]

let differences = 0
const used = new Set<unknown>()
for (const message of ours) {
  const definition = kafka.get(message.name)
  if (definition === undefined) {
    differences++
    console.log(`${message.name}: in none of ${jars.join(', ')}`)
    continue
  }
  for (const difference of compare(message, definition)) {
    const intended = intention(difference)
    if (intended !== undefined) {
      used.add(intended)
      continue
    }
    differences++
    const { path, versions, what } = difference
    console.log(`${message.name} v${print(versions)}${path === '' ? '' : ` ${path}`}: ${what}`)
  }
}
for (const intended of intendedDifferences) {
  if (used.has(intended)) continue
  differences++
  console.log(`No longer a difference, so strike it off schema-drift/intended.ts: ${intended.why}`)
}
console.log(`${ours.length} messages compared with ${kafka.size} definitions: ${differences} differences`)
process.exitCode = differences === 0 ? 0 : 1

/** None when the peer has not been installed. */
function jarsOfThePeer(): readonly string[] {
  const kit = join(import.meta.dirname, 'peers', 'apache-kafka')
  const { status, stdout } = spawnSync(kit, ['classpath'], { encoding: 'utf8' })
  if (status !== 0) return []
  return stdout
    .trim()
    .split(':')
    .flatMap((entry) => {
      const folder = dirname(entry)
      const names = entry.endsWith('*') ? readdirSync(folder) : [entry.slice(folder.length + 1)]
      return names
        .filter((name) => /^kafka-(?:clients|(?:group|transaction)-coordinator)-\d.*\.jar$/.test(name))
        .map((name) => join(folder, name))
    })
}

function definitionsIn(jar: string): readonly Message[] {
  const files = unzipSync(readFileSync(jar), { filter: ({ name }) => /^common\/message\/.*\.json$/.test(name) })
  return Object.values(files).flatMap((bytes) => kafkaDefinition(strFromU8(bytes)) ?? [])
}
