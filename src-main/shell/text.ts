import type { RailScreen } from '../../src-preload/contract/screens'

/** What the shell itself says; everything else a person reads is in src-renderer/text. */
interface ShellText {
  readonly file: string
  readonly edit: string
  readonly view: string
  readonly window: string
  readonly newRun: string
  readonly settings: string
  readonly quit: string
  readonly undo: string
  readonly redo: string
  readonly cut: string
  readonly copy: string
  readonly paste: string
  readonly selectAll: string
  readonly resetZoom: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly fullScreen: string
  readonly reload: string
  readonly developerTools: string
  readonly minimize: string
  readonly close: string
  readonly textFiles: string
  readonly allFiles: string
  readonly pickTexts: string
  readonly cannotStart: string
  readonly cannotStartHint: string
  readonly screens: Readonly<Record<RailScreen, string>>
}

export const texts: Readonly<Record<'en' | 'zh-CN', ShellText>> = {
  en: {
    file: 'File',
    edit: 'Edit',
    view: 'View',
    window: 'Window',
    newRun: 'New model',
    settings: 'Settings…',
    quit: 'Quit Homegrown',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    resetZoom: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    reload: 'Reload window',
    developerTools: 'Developer tools',
    minimize: 'Minimize',
    close: 'Close',
    textFiles: 'Text files',
    allFiles: 'All files',
    pickTexts: 'Choose texts',
    cannotStart: 'Homegrown could not start',
    cannotStartHint:
      'Homegrown can’t use its data folder. Check that the folder below exists and is writable, or set HOMEGROWN_PROFILE to another folder.',
    screens: {
      start: 'Start',
      texts: 'Texts',
      new: 'New model',
      talk: 'Write',
      history: 'History',
      settings: 'Settings',
    },
  },
  'zh-CN': {
    file: '文件',
    edit: '编辑',
    view: '视图',
    window: '窗口',
    newRun: '新建模型',
    settings: '设置…',
    quit: '退出 Homegrown',
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '复制',
    paste: '粘贴',
    selectAll: '全选',
    resetZoom: '实际大小',
    zoomIn: '放大',
    zoomOut: '缩小',
    fullScreen: '全屏',
    reload: '重新载入窗口',
    developerTools: '开发者工具',
    minimize: '最小化',
    close: '关闭',
    textFiles: '文本文件',
    allFiles: '所有文件',
    pickTexts: '选择文本',
    cannotStart: 'Homegrown 无法启动',
    cannotStartHint:
      'Homegrown 无法使用数据文件夹。请检查下面的文件夹是否存在、能否写入，或把 HOMEGROWN_PROFILE 设为其他文件夹。',
    screens: {
      start: '开始',
      texts: '文本',
      new: '新建模型',
      talk: '写作',
      history: '历史',
      settings: '设置',
    },
  },
}

/**
 * @param locale the person's setting
 * @param languages what the system prefers, best first
 */
export function shellText(locale: 'system' | 'en' | 'zh-CN', languages: readonly string[]): ShellText {
  if (locale !== 'system') return texts[locale]
  const first = languages.find((language) => /^(en|zh)\b/i.test(language))
  return first !== undefined && /^zh/i.test(first) ? texts['zh-CN'] : texts.en
}
