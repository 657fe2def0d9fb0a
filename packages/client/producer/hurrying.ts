/**
 * How our own streams let a producer send what lingers, when they end: `flush()` would take the failures that nobody looked at from whoever flushes next.
 * The function that a producer gives here ends the hurry.
 */
export const hurry: unique symbol = Symbol('odradek.hurry')

interface Hurrying {
  [hurry](): () => void
}

/** Lets nothing linger until the returned function is called. A producer of somebody else's making lingers as it likes. */
export function hurrying(producer: object): () => void {
  return isHurrying(producer) ? producer[hurry]() : () => undefined
}

const isHurrying = (producer: object): producer is Hurrying => hurry in producer
