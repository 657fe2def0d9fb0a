import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const kit = join(import.meta.dirname, 'peers', 'apache-kafka')
const classpath = spawnSync(kit, ['classpath'], { encoding: 'utf8' })
const isInstalled =
  classpath.status === 0 &&
  classpath.stdout
    .trim()
    .split(':')
    .some((entry) => existsSync(entry.replace(/\/?\*$/, '')))
const hasJava = spawnSync('java', ['-version']).status === 0

test(
  'our settings are those of Kafka',
  { skip: !isInstalled || !hasJava ? 'needs Java and an installed tools/peers/apache-kafka' : false },
  () => {
    const drift = spawnSync(process.execPath, [join(import.meta.dirname, 'config-drift.ts')], { encoding: 'utf8' })
    assert.equal(drift.status, 0, drift.stdout + drift.stderr)
  },
)
