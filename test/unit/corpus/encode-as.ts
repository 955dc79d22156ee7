import iconv from 'iconv-lite'

/** Node decodes all of these and encodes none: the way back, made by decoding everything. */
const tables = new Map<string, Map<string, number[]>>()

function tableOf(encoding: string): Map<string, number[]> {
  const made = tables.get(encoding)
  if (made) return made
  const table = new Map<string, number[]>()
  const decoder = new TextDecoder(encoding, { fatal: true })
  const add = (bytes: number[]): void => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes))
      if (Array.from(text).length === 1 && !table.has(text)) table.set(text, bytes)
    } catch {
      // No character.
    }
  }
  for (let a = 0; a < 256; a++) add([a])
  if (/^(gb|big5|euc|shift)/.test(encoding)) {
    for (let a = 0x81; a < 0xff; a++) for (let b = 0x40; b < 0xff; b++) add([a, b])
  }
  tables.set(encoding, table)
  return table
}

/** Letters that the encoding has only in parts (Vietnamese) are written in them. Throws where it has not even those. */
export function encodeAs(text: string, encoding: string): Uint8Array {
  if (/^(?:ibm|utf-32)/.test(encoding)) return iconv.encode(text, encoding)
  const table = tableOf(encoding)
  return Uint8Array.from(
    Array.from(text).flatMap((character) => {
      const whole = table.get(character)
      if (whole) return whole
      const parts = Array.from(character.normalize('NFD'))
      // ế is ê with an acute, ự is ư with a dot: the mark that the encoding has by itself comes last.
      for (const [i, mark] of parts.entries()) {
        const rest = table.get([...parts.slice(0, i), ...parts.slice(i + 1)].join('').normalize('NFC'))
        const own = table.get(mark)
        if (i > 0 && rest && own) return [...rest, ...own]
      }
      throw new Error(`${character} is not in ${encoding}`)
    }),
  )
}
