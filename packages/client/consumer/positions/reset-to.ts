/** Where a position is looked up when there is none: by ListOffsets. */
export type ResetTo = 'earliest' | 'latest' | { readonly byDurationMs: number }
