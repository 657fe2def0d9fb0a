/** `npm run bench -- broker` and `-- client`: the whole house beside Apache Kafka, our client beside others. README.md beside this file says how to read it. */
const [question, ...rest] = process.argv.slice(2)

if (question === 'broker') {
  const { benchBroker } = await import('./broker/bench-broker.ts')
  process.exitCode = await benchBroker(rest)
} else if (question === 'client') {
  const { benchClient } = await import('./client/bench-client.ts')
  process.exitCode = await benchClient(rest)
} else {
  console.error('npm run bench -- broker [--help]\nnpm run bench -- client [--help]')
  process.exitCode = 2
}
