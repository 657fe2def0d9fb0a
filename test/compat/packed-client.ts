import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * From here on `@odradek/client` is the package in `folder`, as it is published, and not the sources: `node tools/build.ts` makes one in
 * `dist/packages/client`. Its errors are other classes than those of the rooms, so a scenario takes them from the client.
 */
export function usePackedClient(folder: string): void {
  if (!existsSync(join(folder, 'index.js')))
    throw new Error(`There is no packed client in ${resolve(folder)}: node tools/build.ts makes one.`)
  const files = new Map(
    ['', '/streams'].map((entry) => [`@odradek/client${entry}`, join(resolve(folder), `${entry.slice(1) || 'index'}.js`)]),
  )
  registerHooks({
    resolve(specifier, context, next) {
      const file = files.get(specifier)
      return file === undefined ? next(specifier, context) : { url: pathToFileURL(file).href, shortCircuit: true }
    },
  })
}
