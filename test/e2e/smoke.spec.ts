import { expect } from '@playwright/test'
import { test } from './app'

test('opens on the start screen, without a complaint', async ({ page, complaints }) => {
  await expect(page).toHaveTitle(/Homegrown/)
  await expect(page.locator('main')).toBeVisible()
  await expect(page).toHaveURL(/#\/start$/)
  await page.waitForLoadState('networkidle')
  expect(complaints).toEqual([])
})

test('has a policy that lets nothing in', async ({ page }) => {
  await expect(page.locator('main')).toBeVisible()
  // As the page itself would try it: each must be refused, and nothing may be marked unsafe.
  const tried = await page.evaluate(async () => {
    const blocked: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective))
    // DevTools lift the policy for as long as their own call runs.
    await new Promise((resolve) => setTimeout(resolve, 0))
    let evaluated = true
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- it is refused
      new Function('return 1')()
    } catch {
      evaluated = false
    }
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    const image = document.createElement('img')
    image.src = 'https://example.invalid/a.png'
    document.body.append(image)
    const fetched = await fetch('https://example.invalid/').then(
      () => true,
      () => false,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { evaluated, fetched, injected: 'injected' in window, blocked }
  })
  expect(tried).toMatchObject({ evaluated: false, fetched: false, injected: false })
  expect(tried.blocked).toEqual(expect.arrayContaining(['script-src-elem', 'img-src', 'connect-src']))
  const policy = await page.evaluate(async () => {
    const answer = await fetch(location.pathname)
    return answer.headers.get('content-security-policy')
  })
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
})

test('grants no permission and nothing of Node', async ({ page }) => {
  await expect(page.locator('main')).toBeVisible()
  const found = await page.evaluate(async () => {
    const state = async (name: string) => {
      const status = await navigator.permissions.query({ name: name as PermissionName }).catch(() => null)
      return status?.state ?? 'unknown'
    }
    return {
      process: typeof (globalThis as Record<string, unknown>)['process'],
      require: typeof (globalThis as Record<string, unknown>)['require'],
      geolocation: await state('geolocation'),
      camera: await state('camera'),
      isSecureContext,
    }
  })
  expect(found).toMatchObject({ process: 'undefined', require: 'undefined', isSecureContext: true })
  expect(found.geolocation).not.toBe('granted')
  expect(found.camera).not.toBe('granted')
})
