import { relative } from 'node:path'
import { styleText } from 'node:util'
import { version } from '../help.ts'
import { keysHelp } from './keys.ts'

export interface BannerFacts {
  readonly milliseconds: number
  readonly listeners: readonly { readonly address: string; readonly protocol: string }[]
  readonly http: string | null
  /** Null with `--ephemeral`. */
  readonly dataDir: string | null
  readonly topics: number
}

/** What a person sees when the broker is ready. */
export function banner(facts: BannerFacts): string {
  const row = (name: string, what: string): string => `  ${styleText('dim', name.padEnd(16))} ${what}\n`
  const first = facts.listeners[0]?.address ?? 'localhost:9092'
  return [
    `\n  ${styleText('bold', `odradek ${version}`)}   ready in ${facts.milliseconds} ms${' '.repeat(20)}node ${process.versions.node}  pid ${process.pid}\n\n`,
    ...facts.listeners.map(({ address, protocol }, i) =>
      row(i === 0 ? 'Kafka broker' : '', `${address}   ${protocol} · speaks the protocol of Kafka 4.3`),
    ),
    facts.http === null ? '' : row('Health, metrics', `${facts.http}/health  ${facts.http}/metrics`),
    row('Data', facts.dataDir === null ? 'in memory, gone at exit' : `${shortPath(facts.dataDir)}  (${plural(facts.topics, 'topic')})`),
    `\n  try:  npx odradek topics --bootstrap-server ${first} --list\n`,
    process.stdin.isTTY ? `  keys: ${keysHelp}\n\n` : '  stop: Ctrl-C\n\n',
  ].join('')
}

/** As the user would type it from here. */
function shortPath(path: string): string {
  const from = relative(process.cwd(), path)
  return from.startsWith('..') ? path : `./${from}`
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
