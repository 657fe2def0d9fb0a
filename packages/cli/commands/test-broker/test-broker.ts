import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { exitCodeOf } from '../../interruption.ts'
import type { Terminal } from '../../terminal.ts'
import { testBrokerArguments } from './arguments.ts'

/**
 * A broker for tests of any language: it lives as long as the command that it is given, which finds it by its environment, and ends with its exit code.
 * Without a command it lives until it is interrupted.
 */
export async function testBroker(args: readonly string[], terminal: Terminal): Promise<number> {
  const ours = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (ours.includes('--help') || ours.includes('-h')) {
    await terminal.out(help)
    return 0
  }
  const { broker, printsEnv, command } = testBrokerArguments(args)
  // Asked for before the broker starts: from here on a signal is not the end of the process.
  const { interrupted } = terminal
  const { startBroker } = await import('@odradek/testing/test-broker')
  const kafka = await startBroker(broker)
  try {
    if (printsEnv)
      await terminal.out(
        Object.entries(kafka.env)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      )
    if (command.length > 0) return await run(command, { ...terminal.env, ...kafka.env }, terminal)
    if (!printsEnv) await terminal.out(`Kafka for tests at ${kafka.bootstrapServers}, everything in memory. Ctrl-C stops it.\n`)
    await aborted(interrupted)
    return 0
  } finally {
    await kafka.stop()
  }
}

/** Gives the exit code of the command; 128 and the number of the signal when one ended it, as shells do. */
function run([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: 'inherit' })
    const handOn = (): void => {
      const signal = exitCodeOf(terminal.interrupted) === 130 ? 'SIGINT' : 'SIGTERM'
      // Ctrl-C goes to the child too, from the terminal that both have; what came to us alone is handed on.
      if (signal !== 'SIGINT' || !terminal.inputIsTerminal) child.kill(signal)
    }
    terminal.interrupted.addEventListener('abort', handOn, { once: true })
    child.once('error', (error: NodeJS.ErrnoException) => {
      terminal.err(
        `odradek test-broker: ${program} cannot be run: ${error.code === 'ENOENT' ? 'there is no such program on the PATH' : error.message}\n`,
      )
      resolve(error.code === 'ENOENT' ? 127 : 126)
    })
    child.once('exit', (code, signal) => {
      terminal.interrupted.removeEventListener('abort', handOn)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

const help = `odradek test-broker [OPTION…] [-- COMMAND…]

A Kafka broker for tests, in memory, on a free port of this machine. It runs a command that finds it by KAFKA_BOOTSTRAP_SERVERS (also KAFKA_BROKERS,
BOOTSTRAP_SERVERS, ODRADEK_BOOTSTRAP_SERVERS) in its environment, stops when the command ends, and exits with its code. Without a command it runs until Ctrl-C.

  --port N               where to listen; 0, the default, is any free port
  --topic NAME[:N]       a topic that is there from the beginning, with N partitions; may be repeated
  --config NAME=VALUE    a setting of server.properties; may be repeated
  --as-version RELEASE   speak no newer than this release of Apache Kafka did, as in 3.5
  --data-dir DIR         keep the data there
  --seed TEXT            make ids the same in each run
  --log-level LEVEL      silent (default), error, warn, info, debug; to the standard error
  --print-env            write the variables to the standard output first, a NAME=VALUE each line

  odradek test-broker --topic orders:3 -- npm test
  odradek test-broker --print-env -- mvn verify
`
