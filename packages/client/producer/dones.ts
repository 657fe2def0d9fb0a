import type { Done } from './producer.ts'

/** Functions of users that want to know what became of records. One that is given for many records in a row, as most are, is kept once. */
export class Dones {
  /** Each for the records from its index on, up to that of the next one. Undefined: nobody wants to know of them. */
  readonly #dones: (Done | undefined)[]
  readonly #starts: number[]
  #end: number

  constructor(index: number, done: Done) {
    this.#dones = [done]
    this.#starts = [index]
    this.#end = index + 1
  }

  /** Indexes come in order. */
  add(index: number, done: Done): void {
    if (index > this.#end) this.#begin(this.#end, undefined)
    if (this.#dones[this.#dones.length - 1] !== done) this.#begin(index, done)
    this.#end = index + 1
  }

  /** Calls back for each record of `[from, to)` that somebody wants to know of; gives how many those are. */
  each(from: number, to: number, call: (index: number, done: Done) => void): number {
    let calls = 0
    for (let i = 0; i < this.#dones.length; i++) {
      const done = this.#dones[i]
      if (done === undefined) continue
      const end = Math.min(to, this.#starts[i + 1] ?? this.#end)
      for (let index = Math.max(from, this.#starts[i] ?? 0); index < end; index++) {
        calls++
        call(index, done)
      }
    }
    return calls
  }

  #begin(index: number, done: Done | undefined): void {
    this.#dones.push(done)
    this.#starts.push(index)
  }
}
