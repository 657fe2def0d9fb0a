/**
 * Runs the tests of the house, as `npm test` does.
 *
 *   npm test                  all
 *   npm test -- unit          those that stay inside one process, together in it
 *   npm test -- io            those that open sockets, start processes or use the real disk, each in its own
 *   npm test -- unit log      the same, only in files whose path has `log`
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

const [kind = 'all', only = ''] = process.argv.slice(2)
const files = globSync(['packages/**/*.test.ts', 'tools/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'])
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.includes('node_modules') && file.includes(only))
  .toSorted()
const io = files.filter((file) => file.endsWith('.io.test.ts'))
const unit = files.filter((file) => !file.endsWith('.io.test.ts'))

let failed = false
function run(title: string, chosen: readonly string[], ...flags: readonly string[]): void {
  if (chosen.length === 0) return
  process.stdout.write(`\n${title}: ${chosen.length} files\n`)
  const reporter = ['--test-reporter', process.env['TEST_REPORTER'] ?? 'dot', '--test-reporter-destination', 'stdout']
  const summary = ['--test-reporter', './tools/test-summary.ts', '--test-reporter-destination', 'stdout']
  const result = spawnSync(
    process.execPath,
    ['--test', '--no-warnings', '--test-timeout=180000', ...flags, ...reporter, ...summary, ...chosen],
    {
      stdio: 'inherit',
    },
  )
  failed ||= result.status !== 0
}

if (kind !== 'io') run('unit tests', unit, '--test-isolation=none')
if (kind !== 'unit') run('tests with sockets, processes and disks', io, '--test-concurrency=2')
if (failed) process.stdout.write('\nSome tests FAILED; those of the first part are listed above its summary.\n')
process.exitCode = failed ? 1 : 0
