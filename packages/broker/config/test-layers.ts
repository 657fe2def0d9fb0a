import type { ConfigLayers } from './config-layers.ts'

type Texts = Readonly<Record<string, string>>

/** Layers out of plain objects, for tests. */
export function layers(given: { readonly broker?: Texts; readonly cluster?: Texts; readonly file?: Texts } = {}): ConfigLayers {
  const map = (texts: Texts = {}): Map<string, string> => new Map(Object.entries(texts))
  return { dynamicBroker: map(given.broker), dynamicDefault: map(given.cluster), file: map(given.file) }
}
