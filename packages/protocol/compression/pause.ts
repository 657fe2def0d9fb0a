import { setImmediate } from 'node:timers/promises'

/** Bytes that the codecs written in TypeScript produce in one go, a millisecond or so, before the loop gets its turn. */
export const bytesBetweenPauses = 512 * 1024

/**
 * Lets sockets and timers have their turn in the midst of a long inflation. Like the thread that zlib uses for the other codecs,
 * this is outside of any virtual time: how long it takes may not matter to the caller.
 */
export const pause = (): Promise<void> => setImmediate()
