import { expect, type Page } from '@playwright/test'

/** A person without a mouse: goes from stop to stop, sees where the keyboard is, and is never thrown off. */

export interface Stop {
  /** What a screen reader says. */
  readonly name: string
  readonly tag: string
  /** The setting that its field changes. */
  readonly field: string | null
  /** Whether a ring, a line, or the thick frame of a field shows that the keyboard is here. */
  readonly isMarked: boolean
}

type Key = 'Tab' | 'Shift+Tab' | 'ArrowDown'

/** More stops than a screen has. */
const maxStops = 200

export function whereIs(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement & { readonly labels?: NodeListOf<HTMLLabelElement> }
    const isSeen = (one: Element): boolean => {
      for (let at: Element | null = one; at !== null; at = at.parentElement)
        if (getComputedStyle(at).opacity === '0') return false
      const { left, right, top, bottom } = one.getBoundingClientRect()
      return right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
    }
    // Only the focus draws outlines.
    const isRing = (one: Element): boolean => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one)
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && isSeen(one)
    }
    // The input of a radio button or a switch is not seen; its card or its track is.
    const control = element.closest('label, .v-selection-control')
    const rings = [element, ...(control ? [control, ...control.querySelectorAll('*')] : [])]
    const frame = element.closest('.v-field')?.querySelector('.v-field__outline__start')
    const isFramed = frame != null && parseFloat(getComputedStyle(frame).borderTopWidth) >= 2 && isSeen(frame)
    // Where a person goes on writing a page, a line below the words.
    const isUnderlined = element.tagName === 'TEXTAREA' && getComputedStyle(element).boxShadow.includes(' 2px 0px')
    const name = element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent
    return {
      name: name.replace(/\s+/g, ' ').trim(),
      tag: element.tagName,
      field: element.closest<HTMLElement>('[data-field]')?.dataset['field'] ?? null,
      isMarked: isFramed || (isUnderlined && isSeen(element)) || rings.some(isRing),
    }
  })
}

/** What was done last has left the keyboard somewhere that is seen, and not on the bare page. */
export async function expectKept(page: Page): Promise<void> {
  await expect.poll(() => whereIs(page), { message: 'the focus is kept' }).not.toMatchObject({ tag: 'BODY' })
  await expectMarked(page, await whereIs(page))
}

async function expectMarked(page: Page, { tag, name, isMarked }: Stop): Promise<void> {
  if (isMarked) return
  // Some rings grow for a moment.
  const message = `it is seen that the focus is on ${tag} “${name.slice(0, 60)}”`
  await expect.poll(() => whereIs(page), { message }).toMatchObject({ isMarked: true })
}

/** Goes on until the keyboard is where it is wanted; each stop on the way is seen. */
export async function reach(
  page: Page,
  wanted: string | ((stop: Stop) => boolean),
  { key = 'Tab' }: { key?: Key } = {},
): Promise<void> {
  const passed: string[] = []
  while (passed.length < maxStops) {
    await page.keyboard.press(key)
    const stop = await whereIs(page)
    passed.push(stop.name.slice(0, 30))
    // After the last stop comes the browser itself, then the first.
    if (stop.tag === 'BODY') continue
    await expectMarked(page, stop)
    if (typeof wanted === 'string' ? stop.name === wanted : wanted(stop)) return
  }
  throw new Error(`the keyboard came to ${passed.join(' | ')}`)
}

/** From where the last act has left the keyboard. */
export async function press(page: Page, name: string, { key = 'Tab', by = 'Enter' }: { key?: Key; by?: string } = {}) {
  await expectKept(page)
  await reach(page, name, { key })
  await page.keyboard.press(by)
}
