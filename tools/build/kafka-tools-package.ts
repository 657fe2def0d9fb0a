import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { toolNames, writePackageBins } from './kafka-bins.ts'

/**
 * Makes the package of Kafka's tools in `dist/packages/kafka-tools`: one program without dependencies, where each tool is a file of its own and what they share is
 * another, so that `kafka-topics --list` loads little.
 */
export async function buildKafkaTools(packages: string, target: string): Promise<void> {
  const folder = join(packages, 'kafka-tools')
  cpSync('packages/cli/kafka-tool.js', join(folder, 'kafka-tool.js'))
  await bundle({
    entryPoints: { 'kafka-program': 'packages/cli/kafka/main.ts' },
    outdir: folder,
    chunkNames: 'tools/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target,
    external: ['@node-rs/crc32'],
    minify: true,
    lineLimit: 160,
    logLevel: 'warning',
  })
  writePackageBins(join(folder, 'bin'))
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const bin = Object.fromEntries(toolNames.map((name) => [name, `./bin/${name}`]))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, bin }, null, 2)}\n`)
}
