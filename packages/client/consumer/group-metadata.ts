/** Who a consumer is within its group; `sendOffsetsToTransaction` needs it (KIP-447). */
export interface ConsumerGroupMetadata {
  readonly groupId: string
  /** Of the classic protocol; the member epoch with KIP-848. −1 outside the group. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | undefined
}
