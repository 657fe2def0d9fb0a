import { KafkaError } from '@odradek/protocol'
import type { Api } from '@odradek/protocol/schema'

/** Which versions a call may have, beside those that both sides know. */
export interface VersionBounds {
  readonly minVersion?: number | undefined
  readonly maxVersion?: number | undefined
}

/** What one broker speaks: the versions of each API, as it announced them. */
export class ApiRanges {
  readonly #ranges: ReadonlyMap<number, readonly [min: number, max: number]>

  constructor(announced: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[]) {
    this.#ranges = new Map(announced.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]))
  }

  /** The highest version that both sides know, within the bounds. Throws UNSUPPORTED_VERSION with both ranges. */
  pick(api: Pick<Api, 'key' | 'name' | 'versions'>, { minVersion = 0, maxVersion = Infinity }: VersionBounds, broker: string): number {
    const [min, max] = [Math.max(api.versions[0], minVersion), Math.min(api.versions[1], maxVersion)]
    const announced = this.#ranges.get(api.key)
    if (announced === undefined)
      throw new KafkaError('UNSUPPORTED_VERSION', `Broker ${broker} has no ${api.name} requests.`, { hint: olderBroker })
    const version = Math.min(max, announced[1])
    if (version >= min && version >= announced[0]) return version
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `${api.name}: this call can be made in versions ${min} to ${max}, broker ${broker} knows ${announced[0]} to ${announced[1]}.`,
      { hint: olderBroker },
    )
  }
}

const olderBroker = 'Brokers from Kafka 2.1 on are supported; some calls need a newer one.'
