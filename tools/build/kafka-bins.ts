import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tools } from '../../packages/cli/kafka/tools.ts'

export const toolNames: readonly string[] = [...tools.keys()].toSorted()

/** `bin/kafka-topics.sh` of the checkout: runs the sources, with the Node that belongs to them. Without `.sh` it is the same file by another name. */
export function checkoutBin(name: string): string {
  return [
    '#!/bin/sh',
    'root=$(dirname "$(readlink -f "$0")")/..; node=$root/node_modules/.bin/node; [ -x "$node" ] || node=node',
    `exec "$node" "$root/packages/cli/kafka-tool.js" ${name} "$@"`,
    '',
  ].join('\n')
}

/** Writes `bin/` of the checkout. */
export function writeCheckoutBins(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  for (const name of toolNames) {
    const path = join(folder, `${name}.sh`)
    writeFileSync(path, checkoutBin(name))
    chmodSync(path, 0o755)
    symlinkSync(`${name}.sh`, join(folder, name))
  }
}

/** Writes `bin/` of the package: programs for Node under the plain names, which npm links into its own folder, and shell scripts with `.sh`. */
export function writePackageBins(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of toolNames) {
    writeFileSync(join(folder, name), "#!/usr/bin/env node\nimport '../kafka-tool.js'\n")
    writeFileSync(join(folder, `${name}.sh`), `#!/bin/sh\nexec node "$(dirname "$(readlink -f "$0")")/../kafka-tool.js" ${name} "$@"\n`)
    for (const file of [name, `${name}.sh`]) chmodSync(join(folder, file), 0o755)
  }
}
