import { dialog, type BrowserWindow } from 'electron'
import { corpusLimits } from '../../src-preload/contract/limits'
import type { shellText } from './text'

/** The system's dialog for text files; the chosen absolute paths, none when cancelled. */
export async function pickTexts(window: BrowserWindow, text: ReturnType<typeof shellText>): Promise<string[]> {
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
