/**
 * Bytes to text as they come. A character appears when its last byte is there; bytes that can never become a character
 * (a model may guess any) are left out instead of shown as U+FFFD, and so is what is incomplete at the end.
 */
export class Utf8Stream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #pending = new Uint8Array(4)
  #have = 0
  /** Bytes that the character begun in #pending has in all. */
  #want = 0

  /** @returns the characters that these bytes complete. */
  push(bytes: Uint8Array): string {
    const whole = new Uint8Array(this.#have + bytes.length)
    let length = 0
    for (const byte of bytes) {
      if (this.#have > 0 && !continues(this.#pending, this.#have, byte)) this.#have = 0
      if (this.#have === 0) {
        this.#want = sequenceLength(byte)
        if (this.#want === 0) continue
      }
      this.#pending[this.#have++] = byte
      if (this.#have < this.#want) continue
      whole.set(this.#pending.subarray(0, this.#have), length)
      length += this.#have
      this.#have = 0
    }
    return this.#decoder.decode(whole.subarray(0, length))
  }
}

/** Bytes of the sequence that `first` begins; 0 where none begins with it (RFC 3629, section 4). */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first <= 0xdf) return 2
  if (first >= 0xe0 && first <= 0xef) return 3
  if (first >= 0xf0 && first <= 0xf4) return 4
  return 0
}

/** The second byte has narrower bounds after E0, ED, F0 and F4: no overlong form, no surrogate, nothing past U+10FFFF. */
function continues(pending: Uint8Array, have: number, byte: number): boolean {
  if (have > 1) return byte >= 0x80 && byte <= 0xbf
  const first = pending[0]
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  return byte >= low && byte <= high
}
