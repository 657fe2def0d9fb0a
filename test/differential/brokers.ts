import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../compat/odradek-client/free-port.ts'
import { startOurs } from '../compat/ours.ts'
import { kit } from '../compat/present.ts'

const run = promisify(execFile)

/** A broker of which nobody else knows. */
export interface OwnBroker extends AsyncDisposable {
  readonly bootstrap: string
  readonly dataFolder: string
}

/** What both are told, so that they are as like as can be. */
const settings = ['offsets.topic.num.partitions=3', 'num.partitions=1']

/** Folders of Apache's brokers that run; they outlive whoever started them. */
const running = new Set<string>()

/** For somebody who has no time left. */
export function killApacheBrokers(): void {
  for (const folder of running) spawnSync(kit.path, ['stop', '--dir', folder, '--kill'])
}

export async function apacheBroker(folder: string): Promise<OwnBroker> {
  const told = [...settings, 'transaction.state.log.num.partitions=3'].flatMap((line) => ['--set', line])
  const env = { ...process.env, KAFKA_HEAP: '-Xms256m -Xmx256m' }
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(2)
    running.add(folder)
    try {
      await run(kit.path, ['start', '--port', String(port), '--dir', folder, '--detach', ...told], { env })
      return {
        bootstrap: `127.0.0.1:${port}`,
        dataFolder: join(folder, '1', 'data'),
        async [Symbol.asyncDispose]() {
          await run(kit.path, ['stop', '--dir', folder, '--kill'])
          running.delete(folder)
        },
      }
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

export async function ourBroker(folder: string): Promise<OwnBroker> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const bootstrap = `127.0.0.1:${port}`
  const ours = await startOurs(folder, ['node.id=1', `advertised.listeners=PLAINTEXT://${bootstrap}`, ...settings], port)
  return {
    bootstrap,
    dataFolder: ours.folder,
    async [Symbol.asyncDispose]() {
      await ours.stop()
    },
  }
}
