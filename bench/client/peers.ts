import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Figures, Job, JobKind } from './job.ts'
import { jvmTool } from './peers/java.ts'
import { performanceTool } from './peers/librdkafka.ts'

export type PeerName = 'odradek' | 'kafkajs' | 'platformatic' | 'confluent' | 'librdkafka' | 'java'

/** A client that can be asked to do some of the jobs. */
export interface Peer {
  readonly name: PeerName
  readonly version: string
  can(kind: JobKind): boolean
  run(job: Job): Promise<Figures>
}

const here = join(import.meta.dirname, 'peers')
const home = join(process.env['PEERS_HOME'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'odradek-peers'), 'node')
const everything: readonly JobKind[] = ['produce', 'awaited', 'stream', 'consume-records', 'consume-batches', 'latency']

/** Our client first, then those of others that are installed here; `missing` says how to get the rest. */
export function findPeers(): { readonly peers: readonly Peer[]; readonly missing: readonly string[] } {
  const found: Peer[] = [nodePeer('odradek', ownVersion(), everything)]
  const missing: string[] = []
  const inHome = (name: PeerName, module: string, kinds: readonly JobKind[], how: string): void => {
    const manifest = join(home, 'node_modules', module, 'package.json')
    const built = name !== 'confluent' || existsSync(join(home, 'node_modules', module, 'build'))
    if (existsSync(manifest) && built) found.push(nodePeer(name, versionIn(manifest), kinds))
    else missing.push(`${name}: ${how}`)
  }
  const withoutStream = everything.filter((kind) => kind !== 'stream')
  inHome('kafkajs', 'kafkajs', withoutStream, 'tools/peers/node-peers install')
  inHome('platformatic', '@platformatic/kafka', ['produce', 'awaited', 'consume-records', 'latency'], 'tools/peers/node-peers install')
  inHome('confluent', '@confluentinc/kafka-javascript', withoutStream, 'tools/peers/node-peers install --confluent')
  for (const other of [performanceTool(), jvmTool()]) {
    if ('missing' in other) missing.push(other.missing)
    else found.push(other)
  }
  return { peers: found, missing }
}

function nodePeer(name: PeerName, version: string, kinds: readonly JobKind[]): Peer {
  return {
    name,
    version,
    can: (kind) => kinds.includes(kind),
    async run(job) {
      const child = spawn(process.execPath, [join(here, `${name}.mjs`), JSON.stringify(job), home], { stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      let complaint = ''
      child.stdout.on('data', (text: Buffer) => (said += text.toString()))
      child.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
      const patience = setTimeout(() => child.kill('SIGKILL'), (job.seconds + job.warmUpSeconds + 60) * 1000)
      const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
      clearTimeout(patience)
      const line = said.split('\n').findLast((each) => each.startsWith('{'))
      if (status !== 0 || line === undefined) throw new Error(`${name} ended with ${status}: ${complaint.trim().slice(-600)}`)
      const figures: Figures = JSON.parse(line)
      return figures
    },
  }
}

const versionIn = (manifest: string): string => {
  const { version }: { readonly version?: string } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version ?? 'unknown'
}

const ownVersion = (): string => versionIn(join(import.meta.dirname, '../../packages/client/package.json'))
