import { constants, setPriority } from 'node:os'

/**
 * Lets the window and everything else on the computer go first. Threads take over the priority of the thread that
 * starts them, so this comes before TensorFlow is loaded.
 */
export function stayInBackground(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not allowed here: slower windows, nothing worse.
  }
}
