import { writtenDuration } from '../../src-preload/contract/durations'
import { writtenBytes } from '../../src-preload/contract/sizes'
import type { Closing } from '../../src-preload/contract/wire'
import { filled, type ShellText } from './text'

/** What the window shows that stands while the program saves and ends. */
export interface SavingLines {
  readonly doing: string
  /** “1.2 GB of 3.4 GB · 12 sec”: something that moves as long as anything does. */
  readonly far: string
  /** 0 to 1; null when it cannot be known. */
  readonly share: number | null
  /** null: nothing is lost by waiting no longer, so nobody is asked. */
  readonly quitNow: string | null
}

export function savingLines({ run }: Closing, waitedMs: number, text: ShellText): SavingLines {
  const { saving, locale } = text
  const format = (value: number, options: Intl.NumberFormatOptions): string =>
    new Intl.NumberFormat(locale, options).format(value)
  const clock = writtenDuration(waitedMs, format)
  if (run === null) return { doing: saving.other, far: clock, share: null, quitNow: null }
  const { name, savedStep, saved } = run
  const quitNow =
    savedStep === 0 ? saving.quitNowEmpty : filled(saving.quitNow, { step: format(savedStep, { useGrouping: true }) })
  if (saved === null) return { doing: filled(saving.step, { name }), far: clock, share: null, quitNow }
  const { doneBytes, totalBytes } = saved
  const [done, total] = [Math.min(doneBytes, totalBytes), totalBytes].map((bytes) => writtenBytes(bytes, format))
  const far = filled(saving.done, { done: done ?? '', total: total ?? '' })
  return { doing: filled(saving.saving, { name }), far: `${far} · ${clock}`, share: doneBytes / totalBytes, quitNow }
}

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { display: flex; flex-direction: column; gap: 8px; margin: 20px 24px; cursor: default; }
h1 { margin: 0; font-size: 16px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
p { margin: 0; }
progress { width: 100%; }
button { align-self: end; margin-top: 8px; padding: 6px 14px; font: inherit; }`

/** A page of its own, without a script: what it says is filled in from outside, so that it works where the real page crashed. */
export const savingPage = ({ locale, saving }: ShellText): string => `<!doctype html>
<html lang="${locale}">
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Homegrown</title>
<style>${style}</style>
<h1 id="doing" role="status"></h1>
<progress id="share" aria-labelledby="doing"></progress>
<p id="far"></p>
<p>${saving.then}</p>
<button id="quit-now" hidden></button>
</html>`

/** A script that shows them. */
export const fillIn = ({ doing, far, share, quitNow }: SavingLines): string => `{
  const [doing, far, share, quitNow] = ['doing', 'far', 'share', 'quit-now'].map((id) => document.getElementById(id))
  const say = (element, text) => { if (element.textContent !== text) element.textContent = text }
  say(doing, ${JSON.stringify(doing)})
  say(far, ${JSON.stringify(far)})
  ${share === null ? "share.removeAttribute('value')" : `share.value = ${share}`}
  say(quitNow, ${JSON.stringify(quitNow ?? '')})
  quitNow.hidden = ${quitNow === null}
}`

/** A script that ends when the button is pressed, and then can be pressed no more. */
export const untilPressed = `new Promise((pressed) => {
  const button = document.getElementById('quit-now')
  button.onclick = () => {
    button.disabled = true
    pressed(true)
  }
})`
