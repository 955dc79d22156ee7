/** The one way to standard output; a reader that has gone away (`| head`) ends the program quietly. */
export function write(text: string): void {
  process.stdout.write(text)
}

export function line(text: string): void {
  write(`${text}\n`)
}

/** One JSON object a line, for other programs. */
export function jsonLine(value: unknown): void {
  line(JSON.stringify(value))
}

export function quietWhenReaderIsGone(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })
}

/** In place of what stands on this line of the terminal: to its end, since the new text may be shorter. */
export function overwrite(text: string): void {
  write(`\r${text.slice(0, Math.max(20, (process.stdout.columns || 80) - 1))}\u001b[K`)
}
