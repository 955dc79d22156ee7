import { app, dialog, nativeTheme, session, type BrowserWindow } from 'electron'
import type { AppEvent } from '../src-preload/contract/events'
import type { Settings } from '../src-preload/contract/records'
import { followActivity } from './shell/activity'
import { superviseBackend } from './shell/backend-process'
import { pickTexts } from './shell/dialogs'
import { listenToPage, sendCommand, sendEvent } from './shell/ipc'
import { recall, remember } from './shell/memory'
import { setMenu } from './shell/menu'
import { denyNavigation } from './shell/navigation'
import { denyEverything } from './shell/permissions'
import { ownerOf } from './shell/origin'
import { chooseUserData, findPlaces } from './shell/places'
import { showActivity } from './shell/power'
import { registerScheme, servePage } from './shell/protocol'
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
      if (activity !== null) show(activity, window)
      if (event.topic === 'changed' && event.what === 'settings') void applySettings()
    },
  })
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => {
    app.quit()
  })
  // The window is gone at once; the process stays until running trainings are saved.
  app.once('will-quit', (event) => {
    event.preventDefault()
    void backend.close().then(() => {
      app.exit()
    })
  })

  await app.whenReady()
  const languages = app.getPreferredSystemLanguages()
  const text = () => shellText(memory.locale, languages)
  const applyMemory = (): void => {
    nativeTheme.themeSource = memory.theme
    setMenu(
      text(),
      (command) => {
        sendCommand(window, command)
      },
      !app.isPackaged,
    )
  }
  async function applySettings(): Promise<void> {
    const answer = await backend.request('settings.get', {})
    if (!answer.ok) return
    const { theme, locale } = answer.output as Settings
    if (theme === memory.theme && locale === memory.locale) return
    memory = { ...memory, theme, locale }
    remember(places.memory, memory)
    applyMemory()
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
  window = openWindow({
    ...places,
    languages,
    memory,
    onClose: (place) => {
      memory = { ...memory, ...place }
      remember(places.memory, memory)
    },
  })
  window.once('closed', () => {
    window = null
  })
  void applySettings()
}

/** Nothing is there yet that could show it: a dialog, and the terminal where there is one. */
async function sayWhy(thrown: unknown): Promise<void> {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  process.stderr.write(`Homegrown: ${reason}\n`)
  await app.whenReady()
  const text = shellText('system', app.getPreferredSystemLanguages())
  dialog.showErrorBox(text.cannotStart, `${text.cannotStartHint}\n\n${reason}`)
  app.exit(1)
}

main().catch(sayWhy)
