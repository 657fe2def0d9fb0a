import { readFileSync } from 'node:fs'
import { meaningOf } from './exported.ts'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

const source = 'packages/client/tracing/channels.ts'

/** The channels of `node:diagnostics_channel` that the client publishes on, each with what it says. */
export function clientChannelsPage(): Page {
  const rows = [
    ...readFileSync(source, 'utf8').matchAll(/^export const (\w+)Channel = (?:tracingChannel<unknown, (\w+)>|channel)\('([^']+)'\)/gm),
  ].map(([, name = '', context, channel = '']) => {
    const type = context ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Message`
    const message = meaningOf(type, source)
    if (message === undefined || message.doc === '')
      throw new Error(`${source}: ${channel} publishes a ${type}, and there is no sentence about that`)
    return [
      code(channel),
      context === undefined ? 'single messages' : 'work with begin and end',
      `[${type}](client-api.md#${type.toLowerCase()})`,
      message.doc,
    ]
  })
  return page('client-channels.md', 'Channels of the client', [
    'Every client of the process publishes on these channels of `node:diagnostics_channel`; messages say by their `clientId` whose they are. They cost nothing while nobody listens.',
    table(['Channel', 'Kind', 'Message', 'What it says'], rows),
    'Single messages are heard by `channel(name).subscribe(listener)`. Work with begin and end is a `tracingChannel(name)`: `start` when it begins, `asyncEnd` when it has ended, and ' +
      'between them `error` if it failed. All of one piece of work have the same fields; what is known only later (`offset`, `error`) is in the later ones. Listeners run within the client: they should be quick.',
  ])
}
