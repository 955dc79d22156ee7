import type { Settings } from '../../src-preload/contract/records/settings'

export type ClosingWish = Settings['closing']

/** What the person answered; `wish` null: neither, the window stays. */
export interface ClosingAnswer {
  readonly wish: 'keep' | 'save' | null
  readonly remember: boolean
}

/**
 * What closing the window does. Quitting is never asked about (docs/adr/0005-closing.md): it saves, and the system asks
 * for it by the same event when the session ends, where a question would be in the way.
 *
 * @param trainsHere whether a training would end with this program; one of a command line would not
 */
export function atClose({ trainsHere, wish }: { trainsHere: boolean; wish: ClosingWish }): 'quit' | 'ask' | 'keep' {
  if (!trainsHere || wish === 'save') return 'quit'
  return wish
}

/** What becomes of a program without a window when it hears how the trainings stand. */
export function inBackground({ isActive, hasTray }: { isActive: boolean; hasTray: boolean }): 'stay' | 'show' {
  // Without an icon nobody could see that it is still there: its window comes back, not in front of other work.
  return isActive || hasTray ? 'stay' : 'show'
}
