import type { Assignor } from '../../assignor.ts'
import { ClientError, ConfigError } from '../../errors/index.ts'
import { assignorNamed } from '../assignors/index.ts'
import { AutoMembership } from './auto-membership.ts'
import { ClassicMembership } from './classic/classic-membership.ts'
import { ConsumerMembership } from './consumer/consumer-membership.ts'
import type { Membership, MembershipHost } from './membership.ts'
import type { MembershipOptions } from './membership-options.ts'

export type { MembershipOptions }

/** The membership that the settings ask for. Nothing is sent before `subscribe`. */
export function createMembership(options: MembershipOptions): Membership {
  const { groupId } = options.settings
  if (groupId === null || groupId === undefined) {
    throw new ClientError('ODRADEK_STATE', 'A consumer without group can only be told its partitions', {
      hint: 'Set groupId, or use assign() instead of subscribe().',
    })
  }
  const assignors = options.assignors.map((assignor) => (typeof assignor === 'string' ? assignorNamed(assignor) : assignor))
  checkAssignors(assignors)
  const make = (protocol: 'classic' | 'consumer', host: MembershipHost): Membership =>
    protocol === 'classic'
      ? new ClassicMembership({ ...options, host, groupId, assignors })
      : new ConsumerMembership({ ...options, host, groupId })
  const { groupProtocol } = options.settings
  return groupProtocol === 'auto' ? new AutoMembership({ ...options, groupId, make }) : make(groupProtocol, options.host)
}

function checkAssignors(assignors: readonly Assignor[]): void {
  if (assignors.length === 0) throw new ConfigError('There is no assignor', { settings: ['assignors'], hint: 'List at least one.' })
  const names = new Set<string>()
  for (const { name } of assignors) {
    if (names.has(name)) throw new ConfigError(`Two assignors have the name ${name}`, { settings: ['assignors'] })
    names.add(name)
  }
  const common = (['eager', 'cooperative'] as const).some((protocol) => assignors.every(({ protocols }) => protocols.includes(protocol)))
  if (common) return
  throw new ConfigError(`The assignors ${[...names].join(', ')} have no rebalance protocol in common`, {
    settings: ['assignors'],
    hint: 'List only eager ones or only cooperative ones.',
  })
}
