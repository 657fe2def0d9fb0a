import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install, run } from './run.ts'

/** A program for kafkajs as a CommonJS module, with the one name changed. It writes `read x` when all went well. */
const program = `
const { Kafka, logLevel } = require('@odradek/kafkajs-compat')
const [bootstrap, topic] = process.argv.slice(2)
const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.ERROR })
async function main() {
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'x' }] })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: topic })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const value = await new Promise((resolve) => consumer.run({ eachMessage: async ({ message }) => resolve(message.value.toString()) }))
  await consumer.disconnect()
  console.log('read ' + value)
}
main()
`

/** Installs the package with the client and nothing else, and runs a program that requires it. */
export function smokeKafkajs(node: string, tarballs: readonly string[], bootstrapServers: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-kafkajs-'))
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n')
  writeFileSync(join(folder, 'program.js'), program)
  install(folder, ...tarballs)
  const others = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.') && name !== '@odradek')
  if (others.length > 0) throw new Error(`kafkajs-compat brings others along: ${others.join(', ')}`)
  const said = run(node, [join(folder, 'program.js'), bootstrapServers, `smoke-kafkajs-${process.pid}`]).trim()
  if (said !== 'read x') throw new Error(`kafkajs-compat: the program said "${said}" instead of "read x"`)
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write('kafkajs-compat: required by a CommonJS program, writes and reads\n')
}
