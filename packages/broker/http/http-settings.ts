import { int, string } from '@odradek/common/config'
import type { ConfigOf } from '@odradek/common/config'

/** Health and metrics over HTTP. */
export const httpConfig = {
  'http.host': string({
    default: '127.0.0.1',
    isNonEmpty: true,
    isOurs: true,
    doc: 'The address on which health and metrics are served over HTTP. There is no authentication, so by default only this machine reaches it.',
  }),
  'http.port': int({
    default: 8080,
    atLeast: -1,
    atMost: 65_535,
    isOurs: true,
    doc: 'The port for health and metrics over HTTP. When the default is taken, the next free one is used. 0: any free port; -1: no HTTP.',
  }),
}

export type HttpConfig = ConfigOf<typeof httpConfig>
