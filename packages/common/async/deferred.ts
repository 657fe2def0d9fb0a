/** A promise together with the two functions that settle it. Settling it a second time does nothing. */
export class Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T | PromiseLike<T>) => void
  readonly reject: (reason: unknown) => void
  #settled = false

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.promise = promise
    this.resolve = (value) => {
      this.#settled = true
      resolve(value)
    }
    this.reject = (reason) => {
      this.#settled = true
      reject(reason)
    }
  }

  get isSettled(): boolean {
    return this.#settled
  }
}
