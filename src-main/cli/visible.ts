import stringWidth from 'string-width'

/** What steers a terminal or turns the direction of what follows. Marks that only order letters (U+200E, U+200F) stay. */
const steering = /[\p{Cc}\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const breaks = /[\n\r\t\v\f\u0085\u2028\u2029]/g

/** ␛ for an escape, and so on: there is a picture for each of ASCII's; the others show their number. */
function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `<${code.toString(16).padStart(4, '0')}>`
}

/** For a terminal: what a file's name or a model wrote, and nothing that it could do. */
export const visible = (text: string, keep = ''): string =>
  text.replace(steering, (character) => (keep.includes(character) ? character : picture(character)))

/** On one line, everything else as it is. */
export const oneLine = (text: string): string => text.replace(breaks, picture)

/** JSON that is the same value when it is read, and harmless on a terminal. JSON itself escapes what is below U+0020. */
export const harmlessJson = (json: string): string =>
  json.replace(/[\u007f-\u009f\u061c\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

const graphemes = new Intl.Segmenter()

/** Its beginning, at most so many columns wide. */
export function fit(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text
  let fitting = ''
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(fitting + segment) >= columns) break
    fitting += segment
  }
  return `${fitting}…`
}

/** Filled with blanks to so many columns: a Chinese character or an emoji has two. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - stringWidth(text)))

/** Rows whose columns begin below each other. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(0, ...rows.map((row) => stringWidth(row[i] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
