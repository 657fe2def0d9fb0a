import type { Buffer } from 'node:buffer'
import { batchField, isControlBatch, isTransactional, lastOffset, producerId, readMarker, RecordCursor } from '@odradek/protocol/records'

export interface AbortedTransaction {
  readonly producerId: number
  /** Where the transaction began in this partition. */
  readonly firstOffset: number
}

/**
 * Tells which batches of one answer belong to aborted transactions (read_committed).
 *
 * The broker lists every aborted transaction that overlaps the answer, so this begins empty with each. Batches must be shown in their order.
 * A producer may have aborted several times: at offset 10 and again at 30, say. The first entry holds until the abort marker between
 * them, the second from the batch that reaches 30.
 */
export class AbortedTransactions {
  /** By first offset; a broker promises no order. */
  readonly #list: readonly AbortedTransaction[]
  #next = 0
  readonly #producers = new Set<number>()
  readonly #cursor = new RecordCursor()

  constructor(list: readonly AbortedTransaction[]) {
    this.#list = list.toSorted((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Whether the application may see the batch at `position`. Neither markers nor other control batches are for it. */
  admits(buffer: Buffer, position: number): boolean {
    const id = producerId(buffer, position)
    if (id < 0) return !isControlBatch(buffer, position)
    const last = lastOffset(buffer, position)
    for (let entry = this.#list[this.#next]; entry !== undefined && entry.firstOffset <= last; entry = this.#list[this.#next]) {
      this.#producers.add(entry.producerId)
      this.#next++
    }
    if (isControlBatch(buffer, position)) {
      if (this.#isAbort(buffer, position)) this.#producers.delete(id)
      return false
    }
    return !(isTransactional(buffer, position) && this.#producers.has(id))
  }

  #isAbort(buffer: Buffer, position: number): boolean {
    if (buffer.readInt32BE(position + batchField.recordCount) < 1) return false
    const cursor = this.#cursor.openBatch(buffer, position)
    return cursor.next() && readMarker(cursor)?.type === 'abort'
  }
}
