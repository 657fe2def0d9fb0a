import type { TimeErrors } from './dump-indexes.ts'

/** What was found wrong, told at the end, by file. */
export class Findings {
  readonly #indexes = new Map<string, ReadonlyMap<number, number>>()
  readonly #times = new Map<string, TimeErrors>()
  readonly #leaps = new Map<string, Map<number, number>>()

  mismatches(file: string, found: ReadonlyMap<number, number>): void {
    if (found.size > 0) this.#indexes.set(file, found)
  }

  times(file: string, errors: TimeErrors): void {
    this.#times.set(file, errors)
  }

  leap(file: string, from: number, to: number): void {
    const leaps = this.#leaps.get(file) ?? new Map<number, number>()
    this.#leaps.set(file, leaps.set(from, to))
  }

  text(): string {
    const times = [...this.#times]
    return [
      ...[...this.#indexes].flatMap(([file, found]) => [
        `Mismatches in :${file}`,
        ...[...found].toSorted(([a], [b]) => b - a).map(([index, log]) => `  Index offset: ${index}, log offset: ${log}`),
      ]),
      ...section(times, 'Found timestamp mismatch in :', ({ mismatches }) =>
        mismatches.map(([index, log]) => `  Index timestamp: ${index}, log timestamp: ${log}`),
      ),
      ...section(times, 'Found out of order timestamp in :', ({ outOfOrder }) =>
        outOfOrder.map(([index, before]) => `  Index timestamp: ${index}, Previously indexed timestamp: ${before}`),
      ),
      ...section(times, 'The following indexed offsets are not found in :', ({ notFound }) =>
        notFound.map(([offset, found]) => `Indexed offset: ${offset}, found log offset: ${found}`),
      ),
      ...[...this.#leaps].flatMap(([file, leaps]) => [
        `Non-consecutive offsets in ${file}`,
        ...[...leaps].toSorted(([a], [b]) => a - b).map(([from, to]) => `  ${from} is followed by ${to}`),
      ]),
    ]
      .map((line) => `${line}\n`)
      .join('')
  }
}

function section(
  times: readonly (readonly [string, TimeErrors])[],
  title: string,
  lines: (errors: TimeErrors) => readonly string[],
): readonly string[] {
  return times.flatMap(([file, errors]) => {
    const found = lines(errors)
    return found.length === 0 ? [] : [`${title}${file}`, ...found]
  })
}
