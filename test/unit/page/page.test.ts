import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPage } from '../../../src-main/page/page'

let base = ''
let dir = ''
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'homegrown-page-'))
  dir = join(base, 'renderer')
  mkdirSync(join(dir, 'assets'), { recursive: true })
  writeFileSync(join(dir, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">')
  writeFileSync(join(dir, 'assets', 'index-1a2b.js'), 'export {}')
  writeFileSync(join(dir, 'assets', 'secret.map'), '{}')
  writeFileSync(join(base, 'outside.html'), 'outside')
  mkdirSync(join(base, 'renderer-2'))
  writeFileSync(join(base, 'renderer-2', 'index.html'), 'beside')
})
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
})

describe('loadPage', () => {
  it('serves index.html for the root, with a fresh nonce in page and policy', async () => {
    const [one, two] = [await loadPage('/', { dir }), await loadPage('/index.html', { dir })]
    expect(one.status).toBe(200)
    expect(one.headers['content-type']).toBe('text/html; charset=utf-8')
    const nonce = /content="([^"]+)"/.exec(one.body.toString())?.[1]
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${String(nonce)}';`)
    expect(two.body.toString()).not.toBe(one.body.toString())
    expect(one.headers['cache-control']).toBe('no-store')
  })

  it('has a policy that starts from nothing and allows nothing unsafe', async () => {
    const { headers } = await loadPage('/', { dir, connect: ['ws://127.0.0.1:4173'] })
    const policy = String(headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(policy).toContain("connect-src 'self' ws://127.0.0.1:4173;")
    for (const part of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(part)
    }
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  it('serves hashed assets as immutable', async () => {
    const { status, headers, body } = await loadPage('/assets/index-1a2b.js', { dir })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(headers['cache-control']).toContain('immutable')
    expect(body.toString()).toBe('export {}')
  })

  it.each([
    '/../outside.html',
    '/%2e%2e/outside.html',
    '/..%2foutside.html',
    '/assets/../../outside.html',
    '/..\\outside.html',
    '/%5c..%5coutside.html',
    '/../renderer-2/index.html',
    '//etc/passwd',
    '/C:/outside.html',
    '/index.html%00.js',
    '/%',
    '/%c0%ae%c0%ae/outside.html',
    '/assets/secret.map',
    '/assets',
    '/absent.html',
    '',
  ])('answers %s from inside the folder or not at all', async (path) => {
    const { status, body } = await loadPage(path, { dir })
    expect(body.toString()).not.toMatch(/outside|beside/)
    if (path !== '') expect(status).toBe(404)
  })
})
