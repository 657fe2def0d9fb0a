/** A number that is set, up or down. */
export class Gauge {
  #value = 0

  get value(): number {
    return this.#value
  }

  set(value: number): void {
    this.#value = value
  }

  add(difference: number): void {
    this.#value += difference
  }
}
