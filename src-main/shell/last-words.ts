/** Enough for a stack. */
const keptCharacters = 4000

/** Of what a process printed, the line that says most about why it ended. */
export function lastWords() {
  let text = ''
  return {
    hear: (more: string): void => {
      text = (text + more).slice(-keptCharacters)
    },
    line: (): string => {
      const lines = text.split('\n').map((line) => line.trim())
      return lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.findLast((line) => line !== '') ?? ''
    },
  }
}
