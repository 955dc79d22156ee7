/** What a person sets for the whole program. */

import { z } from '../zod'
import { engineWish } from './computer'

export const settings = z.object({
  locale: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  expert: z.boolean(),
  smoothing: z.number().min(0).max(0.99),
  /** What runs use whose own setting is `auto`. */
  engine: engineWish,
  /** After the training under way nothing new starts. */
  queuePaused: z.boolean(),
  /** What closing the window does while something trains: asks, lets it train without a window, or saves and ends. */
  closing: z.enum(['ask', 'keep', 'save']),
  /** Whether the end of a training is announced. */
  notify: z.boolean(),
})
export type Settings = z.infer<typeof settings>
export const defaultSettings: Settings = {
  locale: 'system',
  theme: 'system',
  expert: false,
  smoothing: 0.6,
  engine: 'auto',
  queuePaused: false,
  closing: 'ask',
  notify: true,
}
