/**
 * Compares our settings with those that Kafka's own jars declare: names, types, defaults, ranges, scopes, synonyms.
 *
 *   node tools/config-drift.ts
 *
 * Needs Java and an installed tools/peers/apache-kafka. Prints the differences, and ends with 1 when there are any.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { brokerConfig, clientMetricsConfig, groupConfig, topicConfig } from '../packages/broker/config/all-settings.ts'
import { compareSettings } from './config-drift/compare.ts'
import type { ConfigFact } from './config-drift/compare.ts'

const kit = join(import.meta.dirname, 'peers', 'apache-kafka')
const classpath = execFileSync(kit, ['classpath'], { encoding: 'utf8' }).trim()
const program = join(import.meta.dirname, 'config-drift', 'ConfigFacts.java')
const output = execFileSync('java', ['-cp', classpath, program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8 })
const facts = output
  .trim()
  .split('\n')
  .map((line): ConfigFact => JSON.parse(line))

const differences = [
  ...compareSettings('broker', brokerConfig, facts),
  ...compareSettings('topic', topicConfig, facts),
  ...compareSettings('group', groupConfig, facts),
  ...compareSettings('client-metrics', clientMetricsConfig, facts),
]
for (const difference of differences) console.log(difference)
console.log(`${facts.length} settings compared: ${differences.length} differences`)
process.exitCode = differences.length === 0 ? 0 : 1
