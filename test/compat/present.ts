import { execFileSync, spawnSync } from 'node:child_process'

const kafka = new URL('../../tools/peers/apache-kafka', import.meta.url).pathname
const nodePeers = new URL('../../tools/peers/node-peers', import.meta.url).pathname

/** Why a program can't be run here, or undefined when it answers. */
export function firstLine(program: string, args: readonly string[]): string | undefined {
  const answer = spawnSync(program, args, { encoding: 'utf8' })
  return answer.status === 0 ? undefined : `${program} is not here`
}

/** The real Apache Kafka of tools/peers: its class path for our Java programs, and its tools. */
export const kit = {
  path: kafka,
  /** Installs the jars if Java and Maven are here; answers why they can't be had. */
  missing(): string | undefined {
    const answer = spawnSync(kafka, ['install'], { encoding: 'utf8' })
    return answer.status === 0 ? undefined : `the kit could not be installed (${answer.stderr.trim().split('\n').at(-1) ?? ''})`
  },
  classpath: (): string => execFileSync(kafka, ['classpath'], { encoding: 'utf8' }).trim(),
}

/** The Node clients of tools/peers. */
export const nodeKit = {
  missing(): string | undefined {
    const answer = spawnSync(nodePeers, ['install'], { encoding: 'utf8' })
    return answer.status === 0 ? undefined : `the Node clients could not be installed (${answer.stderr.trim().split('\n').at(-1) ?? ''})`
  },
  /** Why Confluent's client can't run: it has no binary in the registry and is built by hand. */
  unbuilt(): string | undefined {
    const loads = spawnSync(`${nodeKit.folder()}/node_modules/.bin/node`, ['-e', "require('@confluentinc/kafka-javascript')"], {
      cwd: nodeKit.folder(),
    })
    return loads.status === 0 ? undefined : 'not built: tools/peers/node-peers install --confluent'
  },
  folder: (): string => execFileSync(nodePeers, ['folder'], { encoding: 'utf8' }).trim(),
  run: (file: string): readonly string[] => [nodePeers, 'run', file],
}
