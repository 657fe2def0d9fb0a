import { registerHooks } from 'node:module'
import type { PlantedBug } from './bugs.ts'

/**
 * From now on, whoever loads the file of the bug in this thread gets it with the bug in it. Nothing else changes, and the file on disk
 * stays as it is. Throws while loading when the text to be changed is not there exactly once: the code has moved on, and the bug with it.
 */
export function plant({ name, file, find, replace }: PlantedBug): { readonly isPlanted: () => boolean } {
  let isPlanted = false
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(`/packages/client/${file}`)) return loaded
      const source = sourceOf(loaded.source)
      const parts = source.split(find)
      if (parts.length !== 2)
        throw new Error(`The planted bug "${name}" changes a text that is ${parts.length - 1} times in ${file}: ${find}`)
      isPlanted = true
      return { ...loaded, source: parts.join(replace) }
    },
  })
  return { isPlanted: () => isPlanted }
}

function sourceOf(source: unknown): string {
  if (typeof source === 'string') return source
  if (source instanceof Uint8Array) return new TextDecoder().decode(source)
  throw new TypeError('a module without a source')
}
