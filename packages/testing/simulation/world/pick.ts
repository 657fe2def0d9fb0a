import type { SeededRandom } from '@odradek/common/random'

export function pick<T>(from: readonly T[], dice: SeededRandom): T {
  const chosen = from[dice.nextInt(from.length)]
  if (chosen === undefined) throw new RangeError('nothing to pick from')
  return chosen
}
