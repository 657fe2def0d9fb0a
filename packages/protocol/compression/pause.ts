import { systemTimer } from '@odradek/common/time'

/** Bytes that the codecs written in TypeScript produce in one go, a millisecond or so, before the loop gets its turn. */
export const bytesBetweenPauses = 512 * 1024

/**
 * Lets sockets and timers have their turn in the midst of a long inflation. This is real time, like that of the thread that
 * zlib uses for the other codecs: how long it takes may not matter to the caller, and no virtual clock waits for it.
 */
export const pause = (): Promise<void> => new Promise((resolve) => systemTimer.endOfTurn(resolve))
