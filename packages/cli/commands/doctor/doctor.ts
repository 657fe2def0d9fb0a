import { command } from '../command.ts'
import type { ClientSettings } from '../connection/client-settings.ts'
import { openKafka } from '../connection/open-kafka.ts'
import { UsageError } from '../../usage-error.ts'
import { addressesOf } from './address.ts'
import { adviceForAdvertised, adviceForBootstrap } from './advice.ts'
import { identify, probe } from './probe.ts'
import type { Address, Probed } from './probe.ts'
import { told } from '../told.ts'

/** One thing that was looked at. */
interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly says: string
  /** What to change; empty when all is well. */
  readonly advice: string
}

export const doctor = command({
  path: 'doctor',
  summary: 'find out why clients cannot reach a cluster, and say which setting to change',
  words: '[HOST:PORT]',
  options: {},
  examples: ['odradek doctor localhost:9092'],
  async run({ words, output, terminal, timeoutMs, settings: given }) {
    const [word, more] = words
    if (more !== undefined) throw new UsageError(`"${more}" is too much: one HOST:PORT, or several with commas between them`)
    const settings = word === undefined ? given : { ...given, 'bootstrap.servers': word }
    const findings: Finding[] = []
    const patience = Math.min(timeoutMs, 10_000)
    const reached: Address[] = []
    for (const address of addressesOf(settings['bootstrap.servers'])) {
      const probed = await probe(address, patience)
      if (probed.kind === 'open') reached.push(address)
      findings.push({
        what: `bootstrap ${shown(address)}`,
        ok: isOpen(probed),
        says: saidOf(probed),
        advice: adviceForBootstrap(address, probed),
      })
    }
    if (reached.length > 0) findings.push(...(await askCluster(settings, reached, patience, terminal)))
    const isWell = findings.every(({ ok }) => ok)
    await output.item({
      data: { isWell, findings },
      text: [
        ...findings.map(({ what, ok, says, advice }) => `${ok ? '✓' : '✗'} ${what}: ${says}\n${advice === '' ? '' : `    ${advice}\n`}`),
        isWell ? '\nAll is well.\n' : '',
      ].join(''),
    })
    return isWell ? 0 : 1
  },
})

async function askCluster(
  settings: ClientSettings,
  reached: readonly Address[],
  timeoutMs: number,
  terminal: Parameters<typeof openKafka>[1]['terminal'],
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const bootstrap = { ...settings, 'bootstrap.servers': reached.map(shown).join(',') }
  const kafka = await openKafka(bootstrap, { terminal, timeoutMs, isDebugging: false })
  try {
    const { clusterId, brokers, controller } = await kafka.admin().describeCluster({ timeoutMs })
    findings.push({
      what: 'cluster',
      ok: controller !== undefined,
      says: `${clusterId ?? 'without an id'}, ${brokers.length} broker${brokers.length === 1 ? '' : 's'}, controller ${controller?.id ?? 'unknown'}`,
      advice:
        controller === undefined ? 'No broker is the controller: topics cannot be made or changed. Look at the logs of the brokers' : '',
    })
    for (const { id, host, port } of brokers) {
      const address = { host, port }
      const probed = await probe(address, timeoutMs)
      findings.push({
        what: `broker ${id} says that clients reach it at ${shown(address)}`,
        ok: isOpen(probed),
        says: saidOf(probed),
        advice: adviceForAdvertised(id, address, reached, probed),
      })
    }
  } catch (error) {
    for (const address of reached) {
      const probed = await probe(address, timeoutMs)
      const found = probed.kind === 'open' ? await identify(address, probed.address) : undefined
      if (found !== undefined)
        findings.push({ what: shown(address), ok: false, says: saidOf(found), advice: adviceForBootstrap(address, found) })
    }
    if (findings.length === 0) findings.push({ what: 'cluster', ok: false, says: told(error), advice: adviceForSilence(error) })
  } finally {
    await kafka.close()
  }
  return findings
}

const shown = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
const isOpen = (probed: Probed): boolean => probed.kind === 'open'

function saidOf(probed: Probed): string {
  switch (probed.kind) {
    case 'unknown-host':
      return 'this name is not known here'
    case 'refused':
      return `nobody listens there (${probed.address})`
    case 'no-answer':
      return `no answer from ${probed.address} within ${probed.afterMs} ms`
    case 'unreachable':
      return `${probed.address} cannot be reached: ${probed.reason}`
    case 'http':
      return 'an HTTP server listens there, not Kafka'
    case 'tls':
      return 'it speaks TLS'
    default:
      return `reached (${probed.address}, ${probed.afterMs} ms)`
  }
}

function adviceForSilence(error: unknown): string {
  const text = error instanceof Error ? error.message : ''
  if (/authenti|SASL/i.test(text))
    return 'Give credentials: -X security.protocol=SASL_SSL -X sasl.mechanism=PLAIN -X sasl.jaas.config=…, or a file with --command-config'
  return 'Something listens there that does not answer as Kafka. TLS: -X security.protocol=SSL; SASL: -X security.protocol=SASL_PLAINTEXT; or it is another service'
}
