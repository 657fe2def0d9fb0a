import { adminConfig, clientConfig, consumerConfig, producerConfig } from './all-config.ts'
import { adminOnlyConfig, apiTimeoutConfig, retriesConfig } from './common-config.ts'
import type { Kind, Vocabulary } from './given.ts'

const shared = ['tls', 'sasl']
const untyped = ['keySerde', 'valueSerde']

/** What can be given to a `Kafka` for all its clients: what they all know, and what two of the three do. */
export const sharedConfig = {
  ...clientConfig,
  ...apiTimeoutConfig,
  ...retriesConfig,
  'bootstrap.controllers': adminOnlyConfig['bootstrap.controllers'],
  'enable.metrics.push': adminConfig['enable.metrics.push'],
}

/** The names that each kind of client knows. */
export const vocabularies: Readonly<Record<Kind, Vocabulary>> = {
  client: {
    kind: 'client',
    defs: sharedConfig,
    objects: shared,
    elsewhere: { producer: producerConfig, consumer: consumerConfig, admin: adminConfig },
  },
  producer: {
    kind: 'producer',
    defs: producerConfig,
    objects: [...shared, ...untyped, 'partitioner', 'interceptors'],
    elsewhere: { consumer: consumerConfig, admin: adminConfig },
  },
  consumer: {
    kind: 'consumer',
    defs: consumerConfig,
    objects: [...shared, ...untyped, 'assignors', 'interceptors', 'topics'],
    elsewhere: { producer: producerConfig, admin: adminConfig },
  },
  admin: { kind: 'admin', defs: adminConfig, objects: shared, elsewhere: { producer: producerConfig, consumer: consumerConfig } },
}
