import { app, dialog, nativeTheme, session, type BrowserWindow } from 'electron'
import type { AppEvent } from '../src-preload/contract/events'
import type { RunListChanges, RunRecord } from '../src-preload/contract/records/runs'
import type { Settings } from '../src-preload/contract/records/settings'
import { followEnds } from '../src-preload/contract/run-ends'
import type { ShellCommand } from '../src-preload/contract/wire'
import { followActivity, type Activity } from './shell/activity'
import { superviseBackend } from './shell/backend-process'
import { createBackground } from './shell/background'
import { askAboutClosing, pickTexts } from './shell/dialogs'
import { endInOrder } from './shell/ending'
import { listenToPage, sendCommand, sendEvent } from './shell/ipc'
import { recall, remember } from './shell/memory'
import { setMenu } from './shell/menu'
import { denyNavigation } from './shell/navigation'
import { denyEverything } from './shell/permissions'
import { createNotifier } from './shell/notifications'
import { ownerOf } from './shell/origin'
import { chooseUserData, findPlaces } from './shell/places'
import { showActivity } from './shell/power'
import { registerScheme, servePage } from './shell/protocol'
import { startFailure } from './shell/start-failure'
import { createSavingWindow } from './shell/saving-window'
import { shellText } from './shell/text'
import { openWindow } from './shell/window'

/** The shell's life: it owns the window and the backend, and neither opens a model nor a database. */
async function main(): Promise<void> {
  chooseUserData(app)
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  // Root (containers, tests) starts it with --no-sandbox, which this call would half undo.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  registerScheme()
  const places = findPlaces(app)
  const isOwn = ownerOf(places.url)
  denyNavigation(app, isOwn)

  let window: BrowserWindow | null = null
  let memory = recall(places.memory)
  const languages = app.getPreferredSystemLanguages()
  const text = () => shellText(memory.locale, languages)

  // The backend starts beside the window, not after it.
  const seen = followActivity()
  const show = showActivity()
  const backend = superviseBackend({
    node: places.node,
    entry: places.backend,
    env: process.env,
    onEvent: (event: AppEvent) => {
      sendEvent(window, event)
      const activity = seen(event)
      if (activity !== null) applyActivity(activity)
      if (event.topic === 'run' && event.kind === 'state') tellEnd(event.run)
      if (event.topic === 'backend' && event.state === 'up') void catchUp()
      if (event.topic === 'changed' && event.what === 'settings') void applySettings()
    },
    onClosing: createSavingWindow({
      icon: places.icon,
      text,
      now: () => performance.now(),
      quitNow: () => {
        backend.endNow()
      },
    }),
  })
  let notifies = true
  const ended = followEnds()
  const notify = createNotifier({
    text,
    isWanted: () => notifies,
    window: () => window,
    tellPage: (command) => {
      sendCommand(window, command)
    },
    open: (runId) => {
      showWindow({ runId })
    },
  })
  function tellEnd(run: RunRecord): void {
    const end = ended(run)
    if (end !== null) notify(run, end)
  }
  /** What trained in a backend that crashed is interrupted, and no event says so. */
  async function catchUp(): Promise<void> {
    const answer = await backend.request('runs.list', { since: 0 })
    if (answer.ok) for (const run of (answer.output as RunListChanges).runs) tellEnd(run)
  }
  const background = createBackground({
    icon: places.trayIcon,
    text,
    request: backend.request,
    ask: (asking, about) => askAboutClosing(asking, about, text()),
    openWindow: showWindow,
  })
  endInOrder({ close: backend.close, staysWithoutWindow: background.isOn })
  app.on('second-instance', () => {
    if (app.isReady() && !background.isQuitting()) showWindow()
  })
  // macOS: a click on the Dock.
  app.on('activate', () => {
    showWindow()
  })

  await app.whenReady()
  let saves = false
  const applyMemory = (): void => {
    nativeTheme.themeSource = memory.theme
    const run = (command: ShellCommand): void => {
      sendCommand(window, command)
    }
    setMenu(text(), { run, isDevelopment: !app.isPackaged, saves })
    background.repaint()
  }
  function applyActivity(activity: Activity): void {
    show(activity, window)
    background.hear(activity)
    const isActive = activity.runs.length > 0
    if (saves === isActive) return
    saves = isActive
    applyMemory()
  }
  async function applySettings(): Promise<void> {
    const answer = await backend.request('settings.get', {})
    if (!answer.ok) return
    const { theme, locale, notify: wanted } = answer.output as Settings
    notifies = wanted
    if (theme === memory.theme && locale === memory.locale) return
    memory = { ...memory, theme, locale }
    remember(places.memory, memory)
    applyMemory()
  }
  function showWindow({ runId = null, behind = false }: { runId?: string | null; behind?: boolean } = {}): void {
    if (window !== null) {
      if (window.isMinimized()) window.restore()
      window.focus()
      if (runId !== null) sendCommand(window, `run:${runId}`)
      return
    }
    window = openWindow({
      ...places,
      url: runId === null ? places.url : `${places.url}#/runs/${runId}`,
      languages,
      memory,
      behind,
      mayClose: background.mayClose,
      onClose: (place) => {
        memory = { ...memory, ...place }
        remember(places.memory, memory)
      },
    })
    window.once('closed', () => {
      window = null
    })
    background.leave()
  }
  applyMemory()
  servePage(places.page)
  denyEverything(session.defaultSession, isOwn)
  listenToPage({
    window: () => window,
    isOwn,
    request: backend.request,
    pickTexts: (parent) => pickTexts(parent, text()),
  })
  showWindow()
  void applySettings()
}

/** Nothing is there yet that could show it: a dialog, and the terminal where there is one. */
async function sayWhy(thrown: unknown): Promise<void> {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  process.stderr.write(`Homegrown: ${reason}\n`)
  await app.whenReady()
  const text = shellText('system', app.getPreferredSystemLanguages())
  dialog.showErrorBox(text.cannotStart, startFailure(thrown, text))
  app.exit(1)
}

main().catch(sayWhy)
