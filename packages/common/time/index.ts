export type { Clock } from './clock.ts'
export type { Cancellable, Timer } from './timer.ts'
export { systemClock, systemTimer } from './system-time.ts'
export { VirtualTime } from './virtual-time.ts'
