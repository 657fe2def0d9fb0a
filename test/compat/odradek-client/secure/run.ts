/**
 * Every way into a cluster, against a real Apache Kafka: PLAIN, SCRAM and OAUTHBEARER, with and without TLS, client certificates, sessions
 * of two seconds under load, and what one is told when it does not go.
 *
 *   node test/compat/odradek-client/secure/run.ts [--port 19292] [--only WORD]
 */
import { parseArgs } from 'node:util'
import { checks } from './checks.ts'
import { SecureBroker } from './secure-broker.ts'

const { values: flags } = parseArgs({ options: { port: { type: 'string' }, only: { type: 'string', default: '' } } })
await using broker = await SecureBroker.start(flags.port === undefined ? undefined : Number(flags.port))
let failed = 0
let passed = 0
for (const { name, check } of checks.filter(({ name }) => name.includes(flags.only))) {
  try {
    const note = await check(broker)
    passed++
    console.log(`ok      ${name}${note === undefined ? '' : ` (${note})`}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${name}`)
    console.log(error)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
