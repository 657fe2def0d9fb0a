/** The piece of a file that is copied, dropped and synced as one, as the page of a page cache. */
const cachedPageBytes = 4096
/** Where nothing is ever lost, pages only hold bytes, and fewer of them are faster. */
const plainPageBytes = 65_536

/**
 * A file in memory, twice: what readers see, and what would be left after a power cut.
 *
 * The two images share their pages. A page is copied when it is written to after it was synced, so a file that is
 * written once and synced costs its size once.
 */
export class MemoryFile {
  readonly kind = 'file'
  #size = 0
  #pages: (Uint8Array | undefined)[] = []
  #durableSize = 0
  #durablePages: (Uint8Array | undefined)[] = []
  readonly #dirty = new Set<number>()
  #sizeIsDirty = false
  readonly #running = new Set<Writeback>()
  #begun = 0
  #completed = 0
  readonly #keepsDurable: boolean
  /** Of all pages but the last one of a small file. */
  readonly pageBytes: number
  modifiedMs: number
  /** False once no name leads to it; it then takes no space of its volume. */
  isLinked = true

  /** Without a durable image (`keepsDurable` false) a power cut can't be told, and memory is spent once only. */
  constructor(options: { readonly keepsDurable: boolean; readonly modifiedMs: number }) {
    this.#keepsDurable = options.keepsDurable
    this.pageBytes = options.keepsDurable ? cachedPageBytes : plainPageBytes
    this.modifiedMs = options.modifiedMs
  }

  get size(): number {
    return this.#size
  }

  read(target: Uint8Array, start: number, end: number, position: number): number {
    return this.#copyOut(this.#pages, target, start, Math.max(0, Math.min(end - start, this.#size - position)), position)
  }

  write(source: Uint8Array, start: number, end: number, position: number): void {
    const { pageBytes } = this
    for (let from = start, at = position; from < end;) {
      const index = Math.floor(at / pageBytes)
      const offset = at - index * pageBytes
      const count = Math.min(end - from, pageBytes - offset)
      this.#writablePage(index, offset + count).set(source.subarray(from, from + count), offset)
      from += count
      at += count
    }
    const endPosition = position + end - start
    if (end > start && endPosition > this.#size) this.#resize(endPosition)
    // After a failed sync the size is as lost as the pages. Who writes them again brings both back.
    else if (end > start && endPosition > this.#durableSize) this.#sizeIsDirty = true
  }

  truncate(size: number): void {
    const { pageBytes } = this
    if (size < this.#size) {
      const keptPages = Math.ceil(size / pageBytes)
      for (let index = keptPages; index < this.#pages.length && this.#keepsDurable; index++) this.#dirty.add(index)
      this.#pages.length = Math.min(this.#pages.length, keptPages)
      // What comes to lie behind the new end must read as zeros if the file grows again.
      if (size % pageBytes > 0) this.#writablePage(keptPages - 1, size % pageBytes).fill(0, size % pageBytes)
    }
    if (size !== this.#size) this.#resize(size)
  }

  /** What fdatasync does: the durable image becomes what readers see. */
  sync(): void {
    this.beginSync().complete()
  }

  /**
   * A sync that takes its time. What is written after it began is not part of it, so a page that is being written back
   * is copied before it changes. Exactly one of the two answers must be given.
   */
  beginSync(): PendingSync {
    if (!this.#keepsDurable) return { complete: () => {}, fail: () => {} }
    const begun: Writeback = { order: ++this.#begun, size: this.#size, sizeChanged: this.#sizeIsDirty, pages: new Map() }
    // What an earlier sync has not finished belongs to this one too: it promises all that was written before it.
    for (const earlier of this.#running) {
      if (earlier.sizeChanged) begun.sizeChanged = true
      for (const index of earlier.pages.keys()) begun.pages.set(index, this.#pages[index])
    }
    for (const index of this.#dirty) begun.pages.set(index, this.#pages[index])
    this.#dirty.clear()
    this.#sizeIsDirty = false
    this.#running.add(begun)
    return { complete: () => this.#complete(begun), fail: () => this.#fail(begun) }
  }

  /** What a power cut may take back: changes that were not synced and not given up by a failed sync. */
  unsynced(): Unsynced {
    const pages = new Map<number, (Uint8Array | undefined)[]>()
    const add = (index: number, page: Uint8Array | undefined): void => {
      const versions = pages.get(index)
      if (versions === undefined) pages.set(index, [page])
      else if (!versions.includes(page)) versions.push(page)
    }
    for (const running of this.#running) for (const [index, page] of running.pages) add(index, page)
    for (const index of this.#dirty) add(index, this.#pages[index])
    const sizes = [...this.#running].filter((running) => running.sizeChanged).map((running) => running.size)
    if (this.#sizeIsDirty) sizes.push(this.#size)
    return { sizes, pages: new Map([...pages].toSorted(([a], [b]) => a - b)) }
  }

  image(which: 'volatile' | 'durable'): Buffer {
    const [pages, size] = which === 'volatile' ? [this.#pages, this.#size] : [this.#durablePages, this.#durableSize]
    const bytes = Buffer.alloc(size)
    this.#copyOut(pages, bytes, 0, size, 0)
    return bytes
  }

  #copyOut(pages: Pages, target: Uint8Array, start: number, count: number, position: number): number {
    const { pageBytes } = this
    for (let done = 0; done < count;) {
      const index = Math.floor((position + done) / pageBytes)
      const offset = position + done - index * pageBytes
      const wanted = Math.min(count - done, pageBytes - offset)
      const page = pages[index]
      const held = page === undefined ? 0 : Math.max(0, Math.min(wanted, page.length - offset))
      if (page !== undefined && held > 0) target.set(page.subarray(offset, offset + held), start + done)
      if (held < wanted) target.fill(0, start + done + held, start + done + wanted)
      done += wanted
    }
    return count
  }

  #resize(size: number): void {
    this.#size = size
    this.#sizeIsDirty = true
  }

  #complete(done: Writeback): void {
    // An older sync that ends after a newer one has nothing to add.
    if (this.#running.delete(done) && done.order > this.#completed) {
      this.#completed = done.order
      // What earlier ones were to bring is on disk with this one, whether or not somebody still waits for them.
      for (const earlier of this.#running) if (earlier.order < done.order) this.#running.delete(earlier)
      for (const [index, page] of done.pages) this.#durablePages[index] = page
      if (done.sizeChanged) this.#durableSize = done.size
      this.#noteCut()
      this.#durablePages.length = Math.min(this.#durablePages.length, Math.ceil(this.#durableSize / this.pageBytes))
    }
  }

  /** Pages are dropped. That a file was cut is no page; it lies in the journal and gets to the disk with the next sync. */
  #fail(failed: Writeback): void {
    this.#running.delete(failed)
    this.#noteCut()
  }

  #noteCut(): void {
    if (this.#size < this.#durableSize) this.#sizeIsDirty = true
  }

  #isShared(index: number, page: Uint8Array): boolean {
    if (page === this.#durablePages[index]) return true
    for (const running of this.#running) if (running.pages.get(index) === page) return true
    return false
  }

  /** A page that may be changed: private to what readers see, and at least `needed` bytes long. */
  #writablePage(index: number, needed: number): Uint8Array {
    const page = this.#pages[index]
    if (this.#keepsDurable) this.#dirty.add(index)
    if (page !== undefined && page.length >= needed && !this.#isShared(index, page)) return page
    // Small files take small pages; a growing one doubles and then has the whole page.
    let length = Math.max(page?.length ?? 0, 64)
    while (length < needed) length = length < cachedPageBytes ? length * 2 : this.pageBytes
    const fresh = new Uint8Array(length)
    if (page !== undefined) fresh.set(page)
    this.#pages[index] = fresh
    return fresh
  }
}

/** A sync that has begun. */
export interface PendingSync {
  complete(): void
  /**
   * What Linux does when writing back fails: the pages count as clean though the disk lacks them. Readers still see
   * them, and the next sync succeeds without having written them.
   */
  fail(): void
}

/** Changes of a file that a power cut may take back. */
export interface Unsynced {
  /** Sizes the file had since; empty when it did not change. */
  readonly sizes: readonly number[]
  /** By index, rising: the contents that the page had since, oldest first; undefined where it was cut off. */
  readonly pages: ReadonlyMap<number, readonly (Uint8Array | undefined)[]>
}

type Pages = readonly (Uint8Array | undefined)[]

interface Writeback {
  readonly order: number
  readonly size: number
  sizeChanged: boolean
  readonly pages: Map<number, Uint8Array | undefined>
}
