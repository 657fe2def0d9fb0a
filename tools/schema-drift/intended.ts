import type { Difference } from './compare.ts'

/** Where we mean to be different, and why. One that no longer occurs is reported, so that the list stays true. */
interface Intended {
  readonly why: string
  matches(difference: Difference): boolean
}

export const intendedDifferences: readonly Intended[] = [
  {
    why: 'Kafka gives every nullable text an empty default because Java needs one, but always sets it; ours is null when it is left out',
    matches: ({ what }) => what === "default null, in Kafka ''",
  },
  {
    why: 'Kafka marks version 6 of InitProducerId as not stable in the request alone, and neither announces nor speaks it',
    matches: ({ message, path, what }) => message === 'InitProducerIdResponse' && path === '' && what === 'versions 0-5, in Kafka 0-6',
  },
]

export function intention(difference: Difference): Intended | undefined {
  return intendedDifferences.find((intended) => intended.matches(difference))
}
