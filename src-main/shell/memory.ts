import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** What the shell must know before the backend can tell it. */
export interface Memory {
  readonly bounds: Bounds | null
  readonly maximized: boolean
  readonly theme: 'system' | 'light' | 'dark'
  readonly locale: 'system' | 'en' | 'zh-CN'
}
/** In device-independent pixels. */
export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const smallest = { width: 900, height: 600 } as const
export const fresh: Memory = { bounds: null, maximized: false, theme: 'system', locale: 'system' }

const oneOf = <T>(options: readonly T[], value: unknown, fallback: T): T =>
  options.includes(value as T) ? (value as T) : fallback

function boundsOf(value: unknown): Bounds | null {
  if (typeof value !== 'object' || value === null) return null
  const { x, y, width, height } = value as Record<string, unknown>
  const whole = (n: unknown): n is number => Number.isInteger(n)
  if (!whole(x) || !whole(y) || !whole(width) || !whole(height)) return null
  return width >= smallest.width && height >= smallest.height ? { x, y, width, height } : null
}

/** Whatever is wrong with the file, the window opens: each damaged part falls back to its default. */
export function recall(file: string): Memory {
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return fresh
  }
  if (typeof read !== 'object' || read === null) return fresh
  const { bounds, maximized, theme, locale } = read as Record<string, unknown>
  return {
    bounds: boundsOf(bounds),
    maximized: maximized === true,
    theme: oneOf(['system', 'light', 'dark'] as const, theme, 'system'),
    locale: oneOf(['system', 'en', 'zh-CN'] as const, locale, 'system'),
  }
}

/** Convenience, not data: a disk that is full must not keep the window from closing. */
export function remember(file: string, memory: Memory): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(memory))
    renameSync(`${file}.new`, file)
  } catch {
    // Opens at its default place next time.
  }
}

/**
 * The bounds, if a person could grab the window there.
 * @param areas work areas of the screens that are connected now
 */
export function onScreen(bounds: Bounds | null, areas: readonly Bounds[]): Bounds | null {
  if (bounds === null) return null
  const overlap = (start: number, length: number, otherStart: number, otherLength: number): number =>
    Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart)
  const grip = 100
  const seen = areas.some(
    (area) =>
      overlap(bounds.x, bounds.width, area.x, area.width) >= grip &&
      overlap(bounds.y, bounds.height, area.y, area.height) >= grip &&
      bounds.y >= area.y,
  )
  return seen ? bounds : null
}
