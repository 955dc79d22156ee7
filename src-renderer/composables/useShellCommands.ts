import { onScopeDispose } from 'vue'
import type { Router } from 'vue-router'
import { railScreens } from '../../src-preload/contract/screens'
import { onCommand } from '../api'

/** Lets the desktop shell move between screens: `go:SCREEN` from the menu, `run:ID` to the page of a run. */
export function useShellCommands(router: Router): void {
  const off = onCommand((command) => {
    const screen = railScreens.find((name) => command === `go:${name}`)
    if (screen !== undefined) void router.push({ name: screen })
    const runId = /^run:(.+)$/.exec(command)?.[1]
    if (runId !== undefined) void router.push({ name: 'run', params: { runId } })
  })
  onScopeDispose(off)
}
