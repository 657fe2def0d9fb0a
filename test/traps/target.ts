import { MemoryDisk } from '@odradek/common/disk'
import { systemClock } from '@odradek/common/time'
import type { ProcessIdentity } from '@odradek/common/process'
import { startBroker, WireClient } from '@odradek/testing'

/** The broker that the traps are tried on. */
export interface Target {
  /** Whether it is somebody else's: then it cannot be restarted, and has the settings that it has. */
  readonly isForeign: boolean
  /** Of all listeners, the first one being that of `connect`. */
  readonly ports: readonly number[]
  connect(listener?: number): Promise<WireClient>
  /** Ends it without a warning and starts it again on the same data. Ours only. */
  killAndRestart(): Promise<void>
  close(): Promise<void>
}

/**
 * The broker at `BOOTSTRAP` (several addresses are its listeners), whoever's it is; without that, a new one of ours in this
 * process, with some settings.
 *
 *     BOOTSTRAP=127.0.0.1:19092 node --test 'test/traps/*.io.test.ts'
 */
export async function target(settings: Readonly<Record<string, string>> = {}): Promise<Target> {
  const bootstrap = process.env['BOOTSTRAP']
  return bootstrap === undefined ? ours(settings) : foreign(bootstrap)
}

function foreign(bootstrap: string): Target {
  const addresses = bootstrap.split(',').map((address) => {
    const [host = '127.0.0.1', port = '9092'] = address.split(':')
    return { host, port: Number(port) }
  })
  return {
    isForeign: true,
    ports: addresses.map(({ port }) => port),
    connect: (listener = 0) => WireClient.connect(addresses[listener] ?? { port: 0 }),
    killAndRestart: () => Promise.reject(new Error('a foreign broker is not ours to restart')),
    close: () => Promise.resolve(),
  }
}

async function ours(config: Readonly<Record<string, string>>): Promise<Target> {
  const disk = new MemoryDisk({ clock: systemClock })
  let life = 0
  const start = () => startBroker({ disk, config, process: oneLifeOf(++life) })
  let running = await start()
  const ports = (): readonly number[] => running.broker.listeners.map(({ port }) => port)
  return {
    isForeign: false,
    get ports() {
      return ports()
    },
    connect: (listener = 0) => WireClient.connect({ port: ports()[listener] ?? 0 }),
    killAndRestart: async () => {
      await running.kill()
      running = await start()
    },
    close: () => running.stop(),
  }
}

/** As processes that follow each other: whoever held the lock before is dead. */
function oneLifeOf(life: number): ProcessIdentity {
  return {
    mark: { pid: life, startedAt: '', realm: 'traps' },
    isAlive: (other) => other.pid === life,
    locker: () => undefined,
  }
}
