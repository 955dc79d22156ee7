import iconv from 'iconv-lite'

/** What a TextDecoder does, for encodings that none knows too. */
export interface Decoder {
  /** With `stream`, a character that the end cuts waits for the rest. */
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string
}

/** IBM's code pages. The web has one of them, which consoles in Russia write to this day. */
export const isOfDos = (encoding: string): boolean => /^ibm(?!866)/.test(encoding)

/** The one of iconv-lite. */
class LibraryDecoder implements Decoder {
  readonly #decoder: ReturnType<typeof iconv.getDecoder>

  constructor(encoding: string, keepMark: boolean) {
    this.#decoder = iconv.getDecoder(encoding, { stripBOM: !keepMark })
  }

  decode(bytes: Uint8Array = new Uint8Array(), { stream = false } = {}): string {
    const text = this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    return stream ? text : text + (this.#decoder.end() ?? '')
  }
}

/**
 * @param encoding as TextDecoder names it; IBM's code pages by number (`ibm437`), `utf-32le` and `utf-32be`
 * @param options.ignoreBOM a byte order mark is a character like any other
 */
export function decoderFor(encoding: string, options: { readonly ignoreBOM?: boolean } = {}): Decoder {
  // What the standard of the web leaves out.
  if (isOfDos(encoding) || encoding.startsWith('utf-32'))
    return new LibraryDecoder(encoding, options.ignoreBOM === true)
  return new TextDecoder(encoding, options)
}
