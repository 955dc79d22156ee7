import { expect, it } from 'vitest'
import { atClose, inBackground } from '../../../src-main/shell/closing'
import { hasTray } from '../../../src-main/shell/panel'

it.each([
  [{ trainsHere: false, wish: 'ask' }, 'quit'],
  [{ trainsHere: false, wish: 'keep' }, 'quit'],
  [{ trainsHere: true, wish: 'ask' }, 'ask'],
  [{ trainsHere: true, wish: 'keep' }, 'keep'],
  [{ trainsHere: true, wish: 'save' }, 'quit'],
] as const)('closing the window with %o: %s', (how, step) => {
  expect(atClose(how)).toBe(step)
})

it.each([
  [{ isActive: true, hasTray: true }, 'stay'],
  [{ isActive: true, hasTray: false }, 'stay'],
  [{ isActive: false, hasTray: true }, 'stay'],
  // Nobody would see that it is still there.
  [{ isActive: false, hasTray: false }, 'show'],
] as const)('without a window with %o: %s', (how, step) => {
  expect(inBackground(how)).toBe(step)
})

it('promises a tray icon only where the desktop is known to show one', async () => {
  expect(await hasTray('win32', {})).toBe(true)
  expect(await hasTray('darwin', {})).toBe(true)
  // No session bus; one at whose address nobody listens; no program to ask it with.
  expect(await hasTray('linux', { PATH: process.env['PATH'] })).toBe(false)
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
  expect(await hasTray('linux', { ...env, PATH: process.env['PATH'] })).toBe(false)
  expect(await hasTray('linux', { ...env, PATH: '/nowhere' })).toBe(false)
})
