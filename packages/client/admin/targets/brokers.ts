import { KafkaError } from '@odradek/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { codes } from './target.ts'
import type { Lookup, Route, Target } from './target.ts'

/** What any broker knows. The least loaded one is asked. */
export function anyBroker<Key>(): Target<Key> {
  return {
    retries: codes(),
    async route(keys, { cluster, signal }) {
      return [{ broker: await cluster.anyBroker({ signal }), keys }]
    },
  }
}

/**
 * What the controller decides. A KRaft broker passes it on and hardly ever says NOT_CONTROLLER; controllers that are asked directly
 * say NOT_LEADER_OR_FOLLOWER when they have lost an election.
 */
export function controller<Key>(): Target<Key> {
  return {
    retries: codes('NOT_CONTROLLER', 'NOT_LEADER_OR_FOLLOWER'),
    async route(keys, { cluster, signal }) {
      return [{ broker: await cluster.controller({ signal }), keys }]
    },
    forget({ cluster }) {
      cluster.forgetController()
    },
  }
}

/**
 * What any broker passes on to the controller. The code for "you reached a broker whose controller has just gone" is worth another attempt.
 */
export function anyBrokerForController<Key>(): Target<Key> {
  return {
    ...anyBroker<Key>(),
    retries: codes('NOT_CONTROLLER', 'NOT_LEADER_OR_FOLLOWER'),
    forget: ({ cluster }) => cluster.forgetController(),
  }
}

/**
 * What one broker knows of itself; items that name none may be asked of any.
 *
 * A broker that is not in the metadata may just be starting: the look-up is repeated until the call's time is over, as Java does.
 */
export function namedBroker<Key>(brokerOf: (key: Key) => number | undefined): Target<Key> {
  return {
    retries: codes(),
    async route(keys, lookup) {
      const { cluster, signal } = lookup
      const named = keys.flatMap((key) => brokerOf(key) ?? [])
      if (!areKnown(cluster, named)) await cluster.refresh({ signal })
      const anyone = keys.some((key) => brokerOf(key) === undefined) ? await cluster.anyBroker({ signal }) : undefined
      return routes(keys, (key) => brokerOf(key) ?? anyone, lookup)
    },
  }
}

/** Every broker for itself: the keys are the brokers that there were when the call began. One that has left since is not waited for. */
export const eachBroker: Target<number> = {
  retries: codes('COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE'),
  async route(keys, { cluster, signal }) {
    if (!areKnown(cluster, keys)) await cluster.refresh({ signal })
    return keys.map((broker) =>
      cluster.metadata.brokers.has(broker)
        ? { broker, keys: [broker] }
        : { error: new KafkaError('BROKER_NOT_AVAILABLE', `broker ${broker} has left the cluster`), keys: [broker], again: false },
    )
  },
}

function areKnown({ metadata }: Cluster, brokers: readonly number[]): boolean {
  return brokers.every((broker) => metadata.brokers.has(broker))
}

function routes<Key>(keys: readonly Key[], brokerOf: (key: Key) => number | undefined, { cluster }: Lookup): readonly Route<Key>[] {
  const { brokers } = cluster.metadata
  return [...Map.groupBy(keys, brokerOf)].flatMap(([broker, ofBroker]): readonly Route<Key>[] => {
    if (broker === undefined) return []
    if (brokers.has(broker)) return [{ broker, keys: ofBroker }]
    const known = [...brokers.keys()].filter((id) => id >= 0).toSorted((a, b) => a - b)
    const message = `broker ${broker} is not in the cluster at the moment; there are ${known.join(', ') || 'none'}`
    return [{ error: new KafkaError('BROKER_NOT_AVAILABLE', message), keys: ofBroker, again: true }]
  })
}
