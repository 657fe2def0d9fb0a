/**
 * Makes the packages as they would be published: built (see build.ts) and packed into `dist/*.tgz`. With `--smoke`, installs the tarballs into an empty folder and starts the broker there on the oldest
 * Node that we support, which has no type stripping to lean on inside node_modules; then the client alone, on all runtimes and in bundles, against that broker.
 *
 *   node tools/pack.ts [--smoke]
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { oldestNode, rooms } from './build.ts'
import { smokeClient } from './pack/client-smoke.ts'
import { smokeKafkaTools } from './pack/kafka-tools-smoke.ts'
import { smokeKafkajs } from './pack/kafkajs-smoke.ts'
import { withPackedBroker } from './pack/packed-broker.ts'
import { install, run } from './pack/run.ts'
import { smokeTestBroker } from './pack/test-broker-smoke.ts'

for (const room of rooms) run('npm', ['pack', '--silent', '--pack-destination', join(process.cwd(), 'dist')], `dist/packages/${room}`)
const tarballs = readdirSync('dist')
  .filter((file) => file.endsWith('.tgz'))
  .map((file) => join(process.cwd(), 'dist', file))
process.stdout.write(`packed ${tarballs.length} packages into dist/\n`)
if (process.argv.includes('--smoke')) await smoke()

async function smoke(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-pack-'))
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module", "allowScripts": {"node": true}}\n')
  install(folder, `node@${oldestNode}`, ...tarballs)
  const node = join(folder, 'node_modules', '.bin', 'node')
  const odradek = join(folder, 'node_modules', 'odradek', 'odradek.js')
  process.stdout.write(`node ${run(node, ['--version']).trim()}, odradek ${run(node, [odradek, '--version']).trim()}\n`)
  const client = tarballs.find((file) => /odradek-client-[\d.]+\.tgz$/.test(file))
  if (client === undefined) throw new Error('the client was not packed')
  const compat = tarballs.filter((file) => /odradek-(client|kafkajs-compat)-[\d.]+\.tgz$/.test(file))
  await withPackedBroker(node, folder, async (bootstrapServers) => {
    smokeKafkaTools(folder, bootstrapServers)
    await smokeClient(client, bootstrapServers)
    smokeKafkajs(node, compat, bootstrapServers)
  })
  smokeTestBroker(node, folder)
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write('installed from tarballs, started and stopped\n')
}
