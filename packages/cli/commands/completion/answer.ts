import type { Terminal } from '../../terminal.ts'
import { clientSettings } from '../connection/client-settings.ts'
import { openKafka } from '../connection/open-kafka.ts'
import { allCommands } from '../tree.ts'
import { complete } from './complete.ts'

/** Patience of somebody who has pressed the tab key. */
const timeoutMs = 1500

/** `odradek __complete WORD…`: what the scripts of `odradek completion` ask. Says nothing rather than an error. */
export async function answer(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const found = await complete(words, {
      commands: await allCommands(),
      others: ['start', 'status', 'health', 'wait', 'container', 'test-broker', 'env', 'help', 'version'],
      known: {
        topics: () => asked(words, terminal, async (admin) => [...(await admin.listTopics()).keys()]),
        groups: () => asked(words, terminal, async (admin) => (await admin.listGroups()).groups.map(({ groupId }) => groupId)),
      },
    })
    await terminal.out(found.map((word) => `${word}\n`).join(''))
  } catch {
    return 1
  }
  return 0
}

async function asked<T>(
  words: readonly string[],
  terminal: Terminal,
  ask: (admin: ReturnType<Awaited<ReturnType<typeof openKafka>>['admin']>) => Promise<T>,
): Promise<T> {
  const at = words.findIndex((word) => word === '-b' || word === '--bootstrap-server')
  const options = { 'bootstrap-server': at < 0 ? undefined : words[at + 1], profile: undefined, 'command-config': undefined, set: [] }
  const kafka = await openKafka(clientSettings(options, terminal.env), { terminal, timeoutMs, isDebugging: false })
  try {
    return await ask(kafka.admin())
  } finally {
    await kafka.close()
  }
}
