import { dialog, type BrowserWindow } from 'electron'
import { corpusLimits } from '../../src-preload/contract/limits'
import type { Activity } from './activity'
import type { ClosingAnswer } from './closing'
import { filled, type ShellText } from './text'

/** The system's dialog for text files; the chosen absolute paths, none when cancelled. */
export async function pickTexts(window: BrowserWindow, text: ShellText): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: text.pickTexts,
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: text.textFiles, extensions: [...corpusLimits.usualExtensions] },
      { name: text.allFiles, extensions: ['*'] },
    ],
  })
  return canceled ? [] : filePaths
}

/**
 * What closing the window should do with what trains. A dialog of the system's, so that it can be answered also where the
 * page has crashed or hangs. Escape and closing it mean neither.
 */
export async function askAboutClosing(
  window: BrowserWindow,
  { activity, hasTray }: { readonly activity: Activity; readonly hasTray: boolean },
  text: ShellText,
): Promise<ClosingAnswer> {
  const { closing } = text
  const [first, ...others] = activity.runs
  const lines = [
    ...(others.length > 0 ? [filled(closing.alsoQueued, { n: others.length })] : []),
    hasTray ? closing.keep : closing.keepHidden,
    closing.save,
  ]
  const wishes = ['keep', 'save', null] as const
  const { response, checkboxChecked } = await dialog.showMessageBox(window, {
    type: 'question',
    message: filled(closing.question, { name: first?.name ?? '' }),
    detail: lines.join('\n\n'),
    buttons: [closing.doKeep, text.saveAndQuit, closing.cancel],
    defaultId: 0,
    cancelId: 2,
    checkboxLabel: closing.remember,
    // Windows would show links in place of buttons, and the focus elsewhere.
    noLink: true,
  })
  const wish = wishes[response] ?? null
  return { wish, remember: checkboxChecked && wish !== null }
}
