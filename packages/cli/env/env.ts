import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '@odradek/common/errors'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'

/** `eval "$(odradek env)"`: puts Kafka's tools on the PATH of a shell. */
export function env(args: readonly string[], terminal: Terminal): number {
  const [word] = args
  if (word !== undefined) throw new UsageError(`env takes nothing, and not "${word}"`)
  void terminal.out(`export PATH=${shellWord(binFolder(dirname(fileURLToPath(import.meta.url))))}:"$PATH"\n`)
  return 0
}

/** Where the tools are: `bin` of the checkout that this file is part of, or of the package beside ours. */
function binFolder(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    for (const bin of [join(folder, 'bin'), join(folder, 'node_modules', '@odradek', 'kafka-tools', 'bin')]) {
      if (existsSync(join(bin, 'kafka-topics'))) return bin
    }
  }
  throw new UserError('The package @odradek/kafka-tools is not installed beside this one: npm install @odradek/kafka-tools.')
}

function shellWord(text: string): string {
  return /^[\w/.@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
