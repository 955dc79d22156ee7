/** The word that ends a document; written as text it is ordinary text. */
export const endOfTextPiece = '<|endoftext|>'

/**
 * GPT-2's printable character for each byte (encoder.py, bytes_to_unicode): printable bytes stand for themselves, the
 * rest get the characters from U+0100 on. tokenizer.json spells its pieces in these.
 */
export const byteCharacters: readonly string[] = (() => {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCharCode(printable ? byte : next++)
  })
})()

/** Bytes in the order of their characters: the order in which HF's trainer gives them ids. */
export const bytesInOrder: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte).sort(
  (a, b) => characterCode(a) - characterCode(b),
)

function characterCode(byte: number): number {
  return (byteCharacters[byte] ?? '').charCodeAt(0)
}

const byteOfCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]))

/** The bytes that a piece stands for; null where it has a character that stands for none. */
export function bytesOfPiece(piece: string): Uint8Array | null {
  const bytes = new Uint8Array(piece.length)
  for (let i = 0; i < piece.length; i++) {
    const byte = byteOfCharacter.get(piece.charAt(i))
    if (byte === undefined) return null
    bytes[i] = byte
  }
  return bytes
}
