import { ClusterImage } from './image/cluster-image.ts'
import { deltaBetween } from './image/delta-between.ts'
import type { ImageDelta } from './image/delta.ts'
import type { MetadataStore } from './store.ts'
import { CompactedError, StoreClosedError } from './store-errors.ts'

/** Called with each new image and what has changed since the one before. */
export type ImageListener = (image: ClusterImage, delta: ImageDelta) => void

interface Waiter {
  readonly revision: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Keeps an image of the cluster in step with the store, and tells those who listen. Revisions never go back. */
export class ImageFollower {
  readonly #store: MetadataStore
  readonly #stop = new AbortController()
  readonly #listeners = new Set<ImageListener>()
  readonly #waiters = new Set<Waiter>()
  #image: ClusterImage
  #ended: Error | undefined
  readonly #following: Promise<void>

  /** Reads everything, and then follows. */
  static async start(store: MetadataStore): Promise<ImageFollower> {
    return new ImageFollower(store, ClusterImage.from(await store.readAll()))
  }

  private constructor(store: MetadataStore, image: ClusterImage) {
    this.#store = store
    this.#image = image
    this.#following = this.#follow()
  }

  get image(): ClusterImage {
    return this.#image
  }

  /** Returns a function that ends the listening. */
  onImage(listener: ImageListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when the image holds `revision` and all listeners have been told. */
  reached(revision: number): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    if (this.#image.revision >= revision) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiters.add({ revision, resolve, reject }))
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#following
  }

  async #follow(): Promise<void> {
    let ended: Error | undefined
    try {
      while (!(await this.#watch()));
    } catch (error) {
      ended = error instanceof Error ? error : new Error(String(error))
    }
    this.#ended = ended ?? new StoreClosedError('the metadata store is closed')
    for (const { reject } of this.#waiters) reject(this.#ended)
    this.#waiters.clear()
  }

  /** Whether the watch is over. It is not when it has only fallen behind. */
  async #watch(): Promise<boolean> {
    try {
      for await (const commit of this.#store.watch(this.#image.revision, this.#stop.signal)) {
        const { image, delta } = this.#image.apply(commit)
        this.#show(image, delta)
      }
      return true
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error
      const image = ClusterImage.from(await this.#store.readAll())
      this.#show(image, deltaBetween(this.#image, image))
      return false
    }
  }

  #show(image: ClusterImage, delta: ImageDelta): void {
    this.#image = image
    for (const listener of this.#listeners) listener(image, delta)
    for (const waiter of this.#waiters) {
      if (waiter.revision > image.revision) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }
}
