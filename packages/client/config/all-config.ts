import { adminOnlyConfig, apiTimeoutConfig, commonConfig, retriesConfig } from './common-config.ts'
import { consumerOnlyConfig } from './consumer-config.ts'
import { idleConfig, idleConsumerConfig } from './idle-config.ts'
import { producerOnlyConfig } from './producer-config.ts'
import { boolean } from '@odradek/common/config'
import { securityConfig } from './security-config.ts'

/** What all clients know. */
export const clientConfig = { ...commonConfig, ...securityConfig, ...idleConfig }

/** All settings of a producer. */
export const producerConfig = { ...clientConfig, ...retriesConfig, ...producerOnlyConfig }

/** All settings of a consumer. */
export const consumerConfig = { ...clientConfig, ...apiTimeoutConfig, ...consumerOnlyConfig, ...idleConsumerConfig }

/** All settings of an admin. */
export const adminConfig = {
  ...clientConfig,
  ...apiTimeoutConfig,
  ...retriesConfig,
  ...adminOnlyConfig,
  'enable.metrics.push': boolean({ default: false, doc: 'Whether metrics are sent to the cluster when it asks for them (KIP-714).' }),
}
