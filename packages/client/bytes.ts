/** Bytes as users give and get them; a `Buffer` is one. */
export type Bytes = Uint8Array
