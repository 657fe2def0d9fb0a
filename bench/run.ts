/** `npm run bench -- broker`: the whole house beside Apache Kafka. README.md beside this file says how to read it. */
const [question, ...rest] = process.argv.slice(2)

if (question === 'broker') {
  const { benchBroker } = await import('./broker/bench-broker.ts')
  process.exitCode = await benchBroker(rest)
} else {
  console.error('npm run bench -- broker [--help]')
  process.exitCode = 2
}
