import { createInterface } from 'node:readline/promises'
import type { Options } from './arguments'
import { texts } from './text'
import { UsageError } from './usage-error'

/**
 * Whether the person agrees: `--yes`, or what they answer.
 *
 * @throws UsageError where nobody can be asked
 */
export async function confirmed(question: string, { yes, json }: Options): Promise<boolean> {
  if (yes === true) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY || json === true)
    throw new UsageError('arguments.needsYes', texts.needsYes)
  // Not as a terminal: Ctrl-C stays a signal.
  const prompt = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    const closed = new Promise<string>((resolve) => {
      prompt.once('close', () => {
        resolve('')
      })
    })
    const answer = await Promise.race([prompt.question(`${question} ${texts.yesOrNo} `), closed])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}
