import { expect } from '@playwright/test'
import { test as base } from './app'
import { ask, startLongTraining } from './ask'
import { patienceMs } from './journey'
import { openOutside, type OutsideWindow } from './outside'

const test = base.extend<{ window: OutsideWindow }>({
  window: async ({ profile }, use) => {
    const window = await openOutside(profile)
    await use(window)
    await window.stop()
  },
})

interface Shown {
  readonly title: string
  readonly state: string
  readonly step: number
}

/** What a person reads on the screen of a run; nothing while no page is there to be asked. */
function read({ call }: OutsideWindow): Promise<Shown> {
  const inPage = () => {
    const step = [...document.querySelectorAll('main dt')].find((term) => term.textContent === 'Step')
    return {
      title: document.querySelector('main h1')?.textContent ?? '',
      state: document.querySelector('main header')?.textContent ?? '',
      step: Number(/^[\d,]+/.exec(step?.nextElementSibling?.textContent.trim() ?? '')?.[0].replaceAll(',', '')),
    }
  }
  return call(inPage, null).catch(() => ({ title: '', state: '', step: NaN }))
}

test.setTimeout(300_000)

test('a crashed page comes back by itself to its training, which has gone on', async ({ window }) => {
  await expect
    .poll(() => read(window), { timeout: patienceMs })
    .toMatchObject({ title: 'Train your own language model' })
  const runId = await startLongTraining(window.call)
  const { name } = (await ask(window.call, 'runs.get', { runId })).run
  await window.call((id) => {
    location.hash = `#/runs/${id}`
  }, runId)

  for (const crash of ['first', 'second']) {
    await test.step(`the ${crash} crash`, async () => {
      await expect.poll(() => read(window), { timeout: patienceMs }).toMatchObject({ title: name })
      const before = (await read(window)).step
      expect(before).toBeGreaterThan(10)
      await window.call(() => {
        Object.assign(globalThis, { isOld: true })
      }, null)
      await window.crash()

      await expect.poll(() => read(window), { timeout: patienceMs }).toMatchObject({ title: name })
      expect(await window.call(() => 'isOld' in globalThis, null)).toBe(false)
      await expect.poll(async () => (await read(window)).step, { timeout: patienceMs }).toBeGreaterThan(before + 20)
      expect((await read(window)).state).toContain('Training')
      expect((await ask(window.call, 'runs.get', { runId })).run).toMatchObject({ state: 'running', error: null })
    })
  }
})
