import { aligned, fit, harmlessJson, oneLine, visible } from './visible'

/** The one way to standard output and standard error. */
const isTerminal = (): boolean => process.stdout.isTTY

let gone = false
let onGone: () => void = () => undefined

/**
 * The reader of standard output went away (`| head`), or the terminal was closed: from then on nothing is written, and
 * `listener` hears of it once. What happens to standard error is nobody's concern.
 */
export function watchReader(listener: () => void): void {
  onGone = listener
  process.stdout.on('error', () => {
    if (gone) return
    gone = true
    onGone()
  })
  process.stderr.on('error', () => undefined)
}

function write(text: string): void {
  if (!gone) process.stdout.write(text)
}

/** What a model or a person wrote, with its lines: as it is for a program, with nothing hidden for a terminal. */
export function text(content: string): void {
  write(isTerminal() ? visible(content, '\n\t') : content)
}

/** Exactly one line. */
export function line(content: string): void {
  write(`${isTerminal() ? visible(content) : oneLine(content)}\n`)
}

/** One JSON value a line, for other programs. */
export function jsonLine(value: unknown): void {
  write(`${harmlessJson(JSON.stringify(value))}\n`)
}

/** One JSON value over several lines. */
export function json(value: unknown): void {
  write(`${harmlessJson(JSON.stringify(value, null, 2))}\n`)
}

/** For the person, beside what a program reads: one line on standard error. */
export function note(content: string): void {
  process.stderr.write(`${process.stderr.isTTY ? visible(content) : oneLine(content)}\n`)
}

/** A name longer than this would push the other columns off the screen. */
const cellColumns = 40

export function table(rows: readonly (readonly string[])[]): void {
  const cell = (content: string): string => (isTerminal() ? fit(visible(content), cellColumns) : oneLine(content))
  for (const row of aligned(rows.map((cells) => cells.map(cell)))) write(`${row}\n`)
}

/** In place of what stands on this line of the terminal: to its end, since the new text may be shorter. */
export function overwrite(content: string): void {
  write(`\r${fit(visible(content), Math.max(20, (process.stdout.columns || 80) - 1))}\u001b[K`)
}
