import { randomBytes } from 'node:crypto'

export type IdPrefix = 'c' | 'run' | 'talk' | 'msg' | 'gen' | 'up'

const letters = '0123456789abcdefghijklmnopqrstuvwxyz'

/** For example `run_4k2m9x0a7bqz`: 62 random bits, so that the first characters already tell two runs apart. */
export function newId(prefix: IdPrefix): string {
  let id = ''
  while (id.length < 12) {
    for (const byte of randomBytes(24)) {
      // 252 is the largest multiple of 36 in a byte: the rest would make some letters likelier.
      if (byte < 252 && id.length < 12) id += letters.charAt(byte % 36)
    }
  }
  return `${prefix}_${id}`
}
