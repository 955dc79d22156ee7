import { describe, expect, it } from 'vitest'
import { ownerOf } from '../../../src-main/shell/origin'

describe('ownerOf', () => {
  const isOwn = ownerOf('app://homegrown/')
  it.each(['app://homegrown/', 'app://homegrown/index.html#/start', 'app://homegrown'])('takes %s', (url) => {
    expect(isOwn(url)).toBe(true)
  })
  it.each([
    'app://other/',
    'app://homegrown.example/',
    'app://homegrown@other/',
    'http://homegrown/',
    'file:///homegrown/',
    'javascript:alert(1)',
    'about:blank',
    'null',
    '',
  ])('refuses %s', (url) => {
    expect(isOwn(url)).toBe(false)
  })

  it('takes the dev server and its socket, on that port only', () => {
    const isDev = ownerOf('http://127.0.0.1:5173')
    expect(isDev('http://127.0.0.1:5173/main.ts')).toBe(true)
    expect(isDev('ws://127.0.0.1:5173/')).toBe(true)
    expect(isDev('http://127.0.0.1:5174/')).toBe(false)
    expect(isDev('ws://127.0.0.1:80/')).toBe(false)
  })
})
