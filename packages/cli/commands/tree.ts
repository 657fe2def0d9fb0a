import type { Command } from './command.ts'

/** The words that commands begin with, and where the commands are; loaded when they are asked for. */
export const nouns: ReadonlyMap<string, { readonly summary: string; readonly load: () => Promise<readonly Command[]> }> = new Map([
  ['topic', { summary: 'list, describe, create, alter and delete topics', load: async () => (await import('./topic/index.ts')).commands }],
  ['group', { summary: 'list, describe, reset and delete consumer groups', load: async () => (await import('./group/index.ts')).commands }],
  ['cluster', { summary: 'what the cluster is, and how it is', load: async () => (await import('./cluster/index.ts')).commands }],
  ['config', { summary: 'settings of topics, brokers and groups', load: async () => (await import('./config/index.ts')).commands }],
  ['profile', { summary: 'named ways to clusters', load: async () => (await import('./profile/index.ts')).commands }],
])

/** Commands of one word. */
export const verbs: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['produce', async () => (await import('./produce/produce.ts')).produce],
  ['consume', async () => (await import('./consume/consume.ts')).consume],
  ['lag', async () => (await import('./lag/lag.ts')).lag],
  ['apply', async () => (await import('./apply/apply.ts')).apply],
  ['demo', async () => (await import('./demo/demo.ts')).demo],
  ['doctor', async () => (await import('./doctor/doctor.ts')).doctor],
  ['completion', async () => (await import('./completion/index.ts')).completion],
])

/** All of them, for completion and for the reference. */
export async function allCommands(): Promise<readonly Command[]> {
  const ofNouns = await Promise.all([...nouns.values()].map(({ load }) => load()))
  const single = await Promise.all([...verbs.values()].map((load) => load()))
  return [...ofNouns.flat(), ...single]
}
