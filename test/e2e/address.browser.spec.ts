import { expect } from '@playwright/test'
import { test } from './app'

test('takes the token out of the address, and keeps it for a reload', async ({ app }) => {
  const { page, address } = app
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{48}$/)
  await expect(page).toHaveURL(/#\/start$/)
  await page.reload()
  await expect(page.locator('main')).toBeVisible()
  const { hostname } = new URL(page.url())
  expect(hostname).toBe('127.0.0.1')
})

test('another site can neither frame the page nor read it', async ({ app }) => {
  const { headers } = await app.page.evaluate(async () => {
    const answer = await fetch('/')
    return { headers: Object.fromEntries(answer.headers.entries()) }
  })
  expect(headers['access-control-allow-origin']).toBeUndefined()
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(headers['cross-origin-resource-policy']).toBe('same-origin')
})
