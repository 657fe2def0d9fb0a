import type { SeenRequest } from './rule.ts'

/** So many requests are remembered, and no more than the newest of so many bytes of record batches. */
const mostRequests = 10_000
const mostBytes = 32 << 20

/** The requests that came since the start or the last reset; the oldest are forgotten when there are very many. */
export class RecordedRequests {
  #all: SeenRequest[] = []
  #bytes = 0

  /** `bytes`: what the request keeps from being collected. */
  add(request: SeenRequest, bytes: number): void {
    this.#all.push(request)
    this.#bytes += bytes
    if (this.#all.length <= mostRequests && this.#bytes <= mostBytes) return
    this.#all = this.#all.slice(this.#all.length >> 1)
    this.#bytes >>= 1
  }

  find(wanted: { readonly api?: string; readonly clientId?: string }): readonly SeenRequest[] {
    return this.#all.filter(({ api, clientId }) => (wanted.api ?? api) === api && (wanted.clientId ?? clientId) === clientId)
  }

  clear(): void {
    this.#all = []
    this.#bytes = 0
  }
}
