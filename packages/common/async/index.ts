export { BoundedQueue } from './bounded-queue.ts'
export { Deferred } from './deferred.ts'
export { Mutex } from './mutex.ts'
