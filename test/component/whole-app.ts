import { expect, onTestFinished, vi } from 'vitest'
// First: with it the layers of the styles get their order.
import { dressed } from './mount'
import App from '../../src-renderer/App.vue'

/** Waits for what a person would wait for: nothing is loading any more. */
const settled = (): Promise<void> =>
  vi.waitFor(
    () => {
      expect(document.querySelector('h1')?.checkVisibility()).toBe(true)
      expect(document.querySelector('.v-progress-linear--indeterminate, [aria-busy="true"]')).toBeNull()
    },
    { timeout: 15_000 },
  )

/**
 * Opens the app at a path of its address and waits until it has loaded; gone when the test ends. To be imported after the
 * bridge is there: the stores look for it when they are loaded.
 * @returns what is above the fold, and no more: that is what a person sees first
 */
export async function openApp(path: string): Promise<HTMLElement> {
  location.hash = `#${path}`
  const root = document.createElement('div')
  root.style.cssText = 'height: 100vh; overflow: hidden'
  document.body.append(root)
  const app = dressed(App)
  app.mount(root)
  onTestFinished(() => {
    app.unmount()
    root.remove()
  })
  await settled()
  await document.fonts.ready
  return root
}
