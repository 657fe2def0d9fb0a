import { totalmem } from 'node:os'
import { startSingleNode } from '@odradek/broker'
import type { Broker } from '@odradek/broker'

import { readFileSettings } from '@odradek/broker/config'
import type { FileSettings } from '@odradek/broker/config'
import { MemoryDisk, nodeDisk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import type { Logger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { systemRandom } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import { hostAndPort, openFilesLimit } from '@odradek/network'
import { version } from '../help.ts'
import { removeRunning, writeRunning } from '../running-file.ts'
import { startArguments } from './arguments.ts'
import type { StartArguments } from './arguments.ts'
import { banner } from './banner.ts'
import { listenToKeys } from './keys.ts'
import { portHolder } from './port-holder.ts'
import { RecoveryReport } from './recovery-report.ts'
import { serveHttp } from './serve-http.ts'
import { StopSignals } from './signals.ts'
import { Voice } from './voice.ts'

/** `odradek start`: runs a broker until a signal ends it. */
export function start(args: readonly string[]): Promise<number> {
  return serve(startArguments(args, process.env))
}

/** What somebody else than the command line asks for. */
export interface StartWishes extends StartArguments {
  readonly clusterId?: string | undefined
  /** Sentences for whoever reads the log. */
  readonly remarks?: readonly string[]
  /** Done before anybody is told that the broker is ready. */
  readonly prepare?: (broker: Broker, logger: Logger) => Promise<void>
}

/** Runs a broker until a signal ends it; gives the exit code. */
export async function serve(wishes: StartWishes): Promise<number> {
  // Timers of the house keep no process alive, but a broker that only waits, for an old lock to be dead, is not finished.
  const alive = setInterval(() => undefined, 3_600_000)
  try {
    return await run(wishes)
  } finally {
    clearInterval(alive)
  }
}

async function run(wishes: StartWishes): Promise<number> {
  const startedMs = performance.timeOrigin
  const { settings: given, ephemeral, clusterId, remarks = [], prepare } = wishes
  const settings = readFileSettings(given)
  const voice = new Voice(process.stdout, process.env)
  const logger = voice.logger
  for (const remark of remarks) logger.info(remark)
  const stopSignals = new StopSignals(logger)

  const metrics = new MetricsRegistry(systemClock)
  const recovery = new RecoveryReport(logger, systemClock)
  const broker = await startSingleNode({
    settings,
    disk: ephemeral ? new MemoryDisk({ clock: systemClock, keepsDurable: false }) : nodeDisk,
    clock: systemClock,
    timer: systemTimer,
    random: systemRandom,
    logger,
    logLevels: voice.levels,
    metrics,
    machine: { memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity), openFiles: openFilesLimit() },
    ...(clusterId === undefined ? {} : { clusterId }),
    onRecovery: (progress) => recovery.tell(progress),
    onFailure: (error) => {
      logger.error('No data directory can be used any more. Mend the disk and start again', { error })
      process.exit(1)
    },
  }).catch((error: unknown) => {
    throw portTaken(error) ?? error
  })

  const http = await serveHttp({ settings, broker, metrics, logger }).catch(async (error: unknown) => {
    await broker.stop()
    throw error
  })
  await prepare?.(broker, logger)
  const dataDir = ephemeral ? null : dataDirOf(settings)
  warnWhereOpen(broker, logger)
  const listeners = broker.listeners.map(({ host, port, protocol }) => ({ address: hostAndPort(reachedAt(host), port), protocol }))
  const bootstrap = listeners[0]?.address ?? ''
  if (dataDir !== null) {
    const written = writeRunning(dataDir, {
      pid: process.pid,
      version,
      startedAt: new Date(startedMs).toISOString(),
      bootstrap,
      listeners: listeners.map(({ address, protocol }) => `${address} ${protocol}`),
      http: http?.address ?? null,
    })
    if (!written) logger.warn('Cannot write what `odradek status` reads; the broker runs all the same', { dataDir })
  }
  const milliseconds = Math.round(Date.now() - startedMs)
  if (voice.isForPeople) {
    process.stdout.write(
      banner({ milliseconds, listeners, http: http?.address ?? null, dataDir, topics: broker.services.metadata.image.topics.size }),
    )
  } else {
    logger.info('Serving', { event: 'ready', pid: process.pid, bootstrap, http: http?.address ?? null, dataDir, version, milliseconds })
  }
  voice.speakUp()
  const letKeysBe = voice.isForPeople
    ? listenToKeys(process.stdin, {
        levels: voice.levels,
        bootstrap,
        http: http?.address ?? null,
        quit: () => stopSignals.ask(),
        say: (text) => void process.stdout.write(`  ${text}\n`),
        write: (text) => void process.stdout.write(text),
      })
    : () => undefined

  await stopSignals.thenStop(broker)
  letKeysBe()
  await http?.close()
  if (dataDir !== null) removeRunning(dataDir)
  return 0
}

function dataDirOf({ config }: FileSettings): string {
  return (config['log.dirs'] ?? config['log.dir'])[0] ?? '.'
}

/** Where this machine reaches a listener: one that is bound to all addresses is reached at localhost too. */
function reachedAt(host: string | undefined): string {
  return host === undefined || ['', '0.0.0.0', '::'].includes(host) ? 'localhost' : host
}

/** Without authentication an open port is everybody's. */
function warnWhereOpen(broker: Broker, logger: Logger): void {
  for (const { name, host, port } of broker.listeners) {
    if (/^(localhost|127\..*|::1)$/.test(host ?? '')) continue
    logger.warn(
      'A listener is open to the network, and this version has no authentication. Bind it to localhost, or keep the network closed',
      { listener: `${name}://${hostAndPort(host ?? '', port)}` },
    )
  }
}

/** In place of the broker's own error: who has the port, and two ways out. */
function portTaken(error: unknown): UserError | undefined {
  if (!(error instanceof UserError) || !(error.cause instanceof Error) || Reflect.get(error.cause, 'code') !== 'EADDRINUSE')
    return undefined
  const port = Number(Reflect.get(error.cause, 'port'))
  const holder = portHolder(port)
  return new UserError(`port ${port} is used by ${holder ?? 'another process'}; use --port ${port + 100} or stop it`, { cause: error })
}
