import type { ConfigDefs } from '@odradek/common/config'
import type { clientConfig } from './all-config.ts'
import type { Resolution } from './resolution.ts'
import type { CommonSettings, SettingsOf } from './settings.ts'

/** What all kinds check: back-off times, security, servers. The rest of the settings comes along. */
export function resolveCommon<Defs extends ConfigDefs>(
  resolution: Resolution<Defs>,
  values: SettingsOf<typeof clientConfig>,
): CommonSettings {
  const { names } = resolution
  const reconnectBackoffMaxMs =
    names.has('reconnectBackoffMs') && !names.has('reconnectBackoffMaxMs') ? values.reconnectBackoffMs : values.reconnectBackoffMaxMs
  if (values.retryBackoffMs > values.retryBackoffMaxMs && names.has('retryBackoffMaxMs')) {
    resolution.remarks.warn(
      `retry.backoff.ms (${values.retryBackoffMs}) is more than retry.backoff.max.ms (${values.retryBackoffMaxMs}), which counts`,
    )
  }
  if (values.securityProtocol === 'PLAINTEXT' || values.securityProtocol === 'SASL_PLAINTEXT') {
    const given = resolution.given.objects.has('tls') ? 'tls' : undefined
    if (given !== undefined) {
      resolution.wrong(
        `tls was given, but securityProtocol is ${values.securityProtocol}, which does not encrypt. Write securityProtocol: '${values.securityProtocol === 'PLAINTEXT' ? 'SSL' : 'SASL_SSL'}'.`,
        'tls',
        'securityProtocol',
      )
    }
  }
  return {
    ...values,
    reconnectBackoffMaxMs,
    given: names,
    tls: resolution.tls(),
    sasl: resolution.sasl(values),
  }
}
