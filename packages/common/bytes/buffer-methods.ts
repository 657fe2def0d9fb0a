/**
 * Methods that Node's buffers have and its types leave out. They spare the checks and the option parsing of
 * `toString` and `write`, and any slice.
 */
declare global {
  interface Buffer {
    latin1Slice(start: number, end: number): string
    utf8Slice(start: number, end: number): string
    base64urlSlice(start: number, end: number): string
    latin1Write(text: string, offset: number, length: number): number
    utf8Write(text: string, offset: number, length: number): number
    base64urlWrite(text: string, offset: number, length: number): number
  }
}

/** A UTF-16 unit never takes more bytes of UTF-8; those that would take four come in pairs. */
export const maxUtf8BytesPerUnit = 3
