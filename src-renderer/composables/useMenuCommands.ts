import { onScopeDispose } from 'vue'
import type { Router } from 'vue-router'
import { railScreens } from '../../src-preload/contract/screens'
import { onCommand } from '../api'

/** Lets the desktop menu move between screens: `go:SCREEN`. */
export function useMenuCommands(router: Router): void {
  const off = onCommand((command) => {
    const screen = railScreens.find((name) => command === `go:${name}`)
    if (screen !== undefined) void router.push({ name: screen })
  })
  onScopeDispose(off)
}
