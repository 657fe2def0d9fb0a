import type { ConfigDefs } from '@odradek/common/config'
import { adminConfig } from './all-config.ts'
import { resolveCommon } from './resolve-common.ts'
import { Resolution } from './resolution.ts'
import type { Options, Remarks } from './resolution.ts'
import type { AdminSettings } from './settings.ts'

/** Options of an admin as settings. Throws `ConfigError`. */
export function resolveAdmin(shared: Options, own: Options, number: number, remarks: Remarks): AdminSettings {
  const resolution = new Resolution('admin', adminConfig, shared, own, remarks)
  const { values } = resolution
  if (values.bootstrapServers.length > 0 && values.bootstrapControllers.length > 0) {
    resolution.wrong(
      'bootstrapServers and bootstrapControllers can not both be given: an admin talks to brokers or to controllers.',
      'bootstrapServers',
      'bootstrapControllers',
    )
  }
  if (values.bootstrapServers.length === 0 && values.bootstrapControllers.length === 0) {
    resolution.wrong("bootstrapServers is missing: write bootstrapServers: 'localhost:9092', with brokers of your own.", 'bootstrapServers')
  }
  const settings: AdminSettings = {
    ...values,
    ...resolveCommon(resolution, values),
    ...apiTimes(resolution, values),
    clientId: values.clientId === '' ? `adminclient-${number}` : values.clientId,
  }
  resolution.check()
  return Object.freeze(settings)
}

interface ApiTimes {
  readonly requestTimeoutMs: number
  readonly defaultApiTimeoutMs: number
}

/** A call as a whole must have the time of one attempt. Of the two the one that was not given gives way. */
export function apiTimes<Defs extends ConfigDefs>(resolution: Resolution<Defs>, times: ApiTimes): ApiTimes {
  const { requestTimeoutMs, defaultApiTimeoutMs } = times
  if (defaultApiTimeoutMs >= requestTimeoutMs) return { requestTimeoutMs, defaultApiTimeoutMs }
  if (!resolution.names.has('defaultApiTimeoutMs')) return { requestTimeoutMs, defaultApiTimeoutMs: requestTimeoutMs }
  if (resolution.names.has('requestTimeoutMs')) {
    resolution.wrong(
      `defaultApiTimeoutMs (${defaultApiTimeoutMs}) must be at least requestTimeoutMs (${requestTimeoutMs}): a call has the time of one attempt or more.`,
      'defaultApiTimeoutMs',
      'requestTimeoutMs',
    )
  }
  return { requestTimeoutMs: defaultApiTimeoutMs, defaultApiTimeoutMs }
}
