import type { RailScreen } from '../../src-preload/contract/screens'

type TrayKey =
  | ('progress' | 'progressLeft' | 'progressLittleLeft' | 'saving' | 'queued' | 'paused' | 'idle' | 'waiting')
  | ('pause' | 'resume' | 'open' | 'ending')

/** What the shell itself says; everything else a person reads is in src-renderer/text. */
export interface ShellText {
  /** For numbers and times. */
  readonly locale: 'en' | 'zh-CN'
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
  readonly saveAndQuit: string
  readonly closing: Readonly<
    Record<'question' | 'alsoQueued' | 'keep' | 'keepHidden' | 'save' | 'doKeep' | 'cancel' | 'remember', string>
  >
  readonly tray: Readonly<Record<TrayKey, string>>
  readonly screens: Readonly<Record<RailScreen, string>>
}

export const texts: Readonly<Record<'en' | 'zh-CN', ShellText>> = {
  en: {
    locale: 'en',
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
    saveAndQuit: 'Save and quit',
    closing: {
      question: '“{name}” is still training',
      alsoQueued: 'Also queued: {n}.',
      keep: 'Keep training: Homegrown continues without a window. Its tray icon shows the progress.',
      keepHidden:
        'Keep training: Homegrown continues without a window. This desktop shows no tray icons, so start Homegrown again to see its window. It also opens when training ends.',
      save: 'Save and quit: training pauses here. You can resume it later.',
      doKeep: 'Keep training in the background',
      cancel: 'Cancel',
      remember: 'Remember my choice (change it in Settings)',
    },
    tray: {
      progress: '{name} – {percent}',
      progressLeft: '{name} – {percent}, about {time} left',
      progressLittleLeft: '{name} – {percent}, less than a minute left',
      saving: '{name} – saving',
      queued: '{name} – waiting',
      paused: '{name} – paused',
      idle: 'Nothing is training',
      waiting: 'Also queued: {n}',
      pause: 'Pause',
      resume: 'Resume',
      open: 'Open Homegrown',
      ending: 'Saving…',
    },
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
    locale: 'zh-CN',
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
    saveAndQuit: '保存并退出',
    closing: {
      question: '“{name}”还在训练',
      alsoQueued: '另有 {n} 个训练在排队。',
      keep: '在后台继续训练：Homegrown 不显示窗口，继续运行，托盘图标会显示进度。',
      keepHidden:
        '在后台继续训练：Homegrown 不显示窗口，继续运行。这个桌面不显示托盘图标：再次启动 Homegrown 即可打开窗口，训练结束时窗口也会自动出现。',
      save: '保存并退出：训练在这里暂停，以后可以继续。',
      doKeep: '在后台继续训练',
      cancel: '取消',
      remember: '记住我的选择（可在设置中更改）',
    },
    tray: {
      progress: '{name}：{percent}',
      progressLeft: '{name}：{percent}，约剩 {time}',
      progressLittleLeft: '{name}：{percent}，不到一分钟',
      saving: '{name}：正在保存',
      queued: '{name}：排队中',
      paused: '{name}：已暂停',
      idle: '没有正在进行的训练',
      waiting: '另有 {n} 个训练在排队',
      pause: '暂停',
      resume: '继续',
      open: '打开 Homegrown',
      ending: '正在保存…',
    },
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

/** A sentence with its {names} replaced. */
export const filled = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(values[name] ?? ''))
