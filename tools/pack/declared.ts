import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const modules = resolve('node_modules')

/** What users write compiles with the declarations that we publish: the examples of the documentation, and, where `@types/node` is not installed, a small program. */
export function checkDeclarations(folder: string): void {
  const examples = readFileSync('packages/client/kafka.types.test.ts', 'utf8').replaceAll(/'\.\/index\.ts'/g, "'@odradek/client'")
  writeFileSync(join(folder, 'examples.ts'), examples)
  compile(folder, 'examples.ts', ['--lib', 'esnext', '--types', 'node', '--typeRoots', join(modules, '@types')])
  writeFileSync(join(folder, 'small.ts'), small)
  compile(folder, 'small.ts', ['--lib', 'esnext,dom', '--types', ''])
  process.stdout.write('client: programs compile with its declarations, with and without those of Node\n')
}

const small = `
import { Kafka, string, topic } from '@odradek/client'
import { writableStream } from '@odradek/client/streams'

const orders = topic('orders', { key: string, value: string })
const kafka = new Kafka({ bootstrapServers: 'localhost:9092' })
void writableStream(kafka.producer(), orders).getWriter().write({ key: 'k', value: 'v' })
for await (const { value } of kafka.consumer({ groupId: 'g', topics: [orders] }).records()) value.toUpperCase()
`

/** With everything in the declarations checked, as compilers do that are not told to skip it. */
function compile(folder: string, file: string, flags: readonly string[]): void {
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'esnext']
  execFileSync(join(modules, '.bin', 'tsc'), ['--ignoreConfig', ...strict, ...flags, file], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
