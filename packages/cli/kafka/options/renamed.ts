import type { Terminal } from '../../terminal.ts'

/** How Kafka's tools speak of options that were renamed in 4.2 (KIP-1147); each has its own way. */
const sayings = {
  consumer: (old: string, now: string) => `Option --${old} is deprecated and will be removed in a future version. Use --${now} instead.`,
  producer: (old: string, now: string) => `Warning: --${old} is deprecated and will be removed in a future version. Use --${now} instead.`,
  command: (old: string, now: string) =>
    `Option --${old} has been deprecated and will be removed in a future version. Use --${now} instead.`,
  perf: (old: string, now: string) => `Warning: --${old} is deprecated. Use --${now} instead.`,
} as const satisfies Record<string, (old: string, now: string) => string>

export type Saying = keyof typeof sayings

/** Says on stderr that an option goes by another name now; Kafka writes that line among the data. The old name is accepted for ever. */
export function sayRenamed(terminal: Terminal, saying: Saying, old: string, now: string): void {
  terminal.err(`${sayings[saying](old, now)}\n`)
}
