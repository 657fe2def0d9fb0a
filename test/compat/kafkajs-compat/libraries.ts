import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nodeKit } from '../present.ts'

/** What a program takes for kafkajs. */
export interface Library {
  readonly name: string
  /** Where its module is. */
  readonly url: string
}

const root = join(import.meta.dirname, '../../..')

/** The original, and ours. */
export const libraries: readonly Library[] = [
  {
    name: 'kafkajs',
    get url() {
      return pathToFileURL(join(nodeKit.folder(), 'node_modules/kafkajs/index.js')).href
    },
  },
  { name: '@odradek/kafkajs-compat', url: pathToFileURL(join(root, 'packages/kafkajs-compat/index.ts')).href },
]
