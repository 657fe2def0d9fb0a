import { compareText } from './text.ts'

interface Entry {
  readonly member: string
  readonly load: number
}

/** Members by how many partitions they have, then by id. Whoever changes a load takes the member out before and puts it back after. */
export class SortedMembers implements Iterable<string> {
  readonly #entries: Entry[] = []
  readonly #loads = new Map<string, number>()

  get first(): string | undefined {
    return this.#entries[0]?.member
  }

  get last(): string | undefined {
    return this.#entries.at(-1)?.member
  }

  *[Symbol.iterator](): Generator<string, void, undefined> {
    for (const { member } of this.#entries) yield member
  }

  /** The least loaded for which that is true. */
  find(isIt: (member: string) => boolean): string | undefined {
    return this.#entries.find(({ member }) => isIt(member))?.member
  }

  add(member: string, load: number): void {
    this.#loads.set(member, load)
    const entry = { member, load }
    this.#entries.splice(this.#place(entry), 0, entry)
  }

  delete(member: string): void {
    const load = this.#loads.get(member)
    if (load === undefined) return
    this.#loads.delete(member)
    this.#entries.splice(this.#place({ member, load }), 1)
  }

  /** Index of the first entry that is not before it. */
  #place(entry: Entry): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#entries[middle]
      if (other !== undefined && compare(other, entry) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function compare(a: Entry, b: Entry): number {
  return a.load - b.load || compareText(a.member, b.member)
}
