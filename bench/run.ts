/**
 * `npm run bench -- broker`, `-- client` and `-- test-broker`: the whole house beside Apache Kafka, our client beside others, and what a broker costs in a test.
 * README.md beside this file says how to read it.
 */
const [question, ...rest] = process.argv.slice(2)

if (question === 'broker') {
  const { benchBroker } = await import('./broker/bench-broker.ts')
  process.exitCode = await benchBroker(rest)
} else if (question === 'client') {
  const { benchClient } = await import('./client/bench-client.ts')
  process.exitCode = await benchClient(rest)
} else if (question === 'test-broker') {
  const { benchTestBroker } = await import('./test-broker/bench-test-broker.ts')
  process.exitCode = benchTestBroker(rest)
} else if (question === 'tools') {
  const { benchTools } = await import('./tools/bench-tools.ts')
  process.exitCode = await benchTools(rest)
} else {
  console.error(
    'npm run bench -- broker [--help]\nnpm run bench -- client [--help]\nnpm run bench -- tools [--help]\nnpm run bench -- test-broker [--help]',
  )
  process.exitCode = 2
}
