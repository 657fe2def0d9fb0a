/** A number that only rises. */
export class Counter {
  #value = 0

  get value(): number {
    return this.#value
  }

  increment(): void {
    this.#value++
  }

  add(count: number): void {
    this.#value += count
  }
}
