import type { RunEnd } from '../../src-preload/contract/run-ends'
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
  readonly startReasons: Readonly<
    Record<'notAllowed' | 'readOnly' | 'full' | 'notFolder' | 'missing' | 'addressInUse' | 'other', string>
  >
  readonly saveAndQuit: string
  readonly closing: Readonly<
    Record<'question' | 'alsoQueued' | 'keep' | 'keepHidden' | 'save' | 'doKeep' | 'cancel' | 'remember', string>
  >
  readonly saving: Readonly<Record<'saving' | 'step' | 'other' | 'done' | 'then' | 'quitNow' | 'quitNowEmpty', string>>
  readonly tray: Readonly<Record<TrayKey, string>>
  readonly ended: Readonly<Record<'title' | 'titleTrouble' | RunEnd, string>>
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
    startReasons: {
      notAllowed:
        'You don’t have permission to write to the folder below. Change its permissions, or set HOMEGROWN_PROFILE to another folder.',
      readOnly:
        'The disk with the folder below is read-only. Make it writable, or set HOMEGROWN_PROFILE to a folder on another disk.',
      full: 'The disk is full. Free some space, then start Homegrown again.',
      notFolder:
        'There is a file where the data folder should be. Move it away, or set HOMEGROWN_PROFILE to another folder.',
      missing: 'A file of Homegrown is missing. Install Homegrown again.',
      addressInUse:
        'Another program uses the address that Homegrown needs. Quit that program, then start Homegrown again.',
      other:
        'Homegrown can’t use its data folder. Check that the folder exists and is writable, or set HOMEGROWN_PROFILE to another folder.',
    },
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
    saving: {
      saving: 'Saving “{name}”',
      step: 'Finishing a training step of “{name}”',
      other: 'Closing Homegrown',
      done: '{done} of {total}',
      then: 'Homegrown quits when this is saved.',
      quitNow: 'Quit now (keeps step {step})',
      quitNowEmpty: 'Quit now (nothing is saved yet)',
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
    ended: {
      title: 'Training finished',
      titleTrouble: 'Training ended early',
      done: '“{name}” is ready to use.',
      outOfMemory: '“{name}” ran out of memory. Saved work is safe.',
      diverged: 'The loss of “{name}” diverged. Saved work is safe.',
      diskFull: 'The disk is full, so “{name}” couldn’t be saved any more. Earlier saves are safe.',
      failed: '“{name}” failed. Open it to see why.',
      interrupted: '“{name}” was interrupted. You can resume it.',
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
    startReasons: {
      notAllowed: '没有权限写入下面的文件夹。请修改它的权限，或把 HOMEGROWN_PROFILE 设为其他文件夹。',
      readOnly: '下面的文件夹所在的磁盘是只读的。请改为可写，或把 HOMEGROWN_PROFILE 设为其他磁盘上的文件夹。',
      full: '磁盘已满。请腾出一些空间，再重新启动 Homegrown。',
      notFolder: '数据文件夹的位置上有一个文件。请把它移走，或把 HOMEGROWN_PROFILE 设为其他文件夹。',
      missing: 'Homegrown 缺少一个文件。请重新安装 Homegrown。',
      addressInUse: 'Homegrown 需要的地址被其他程序占用。请退出那个程序，再重新启动 Homegrown。',
      other: 'Homegrown 无法使用数据文件夹。请检查该文件夹是否存在、能否写入，或把 HOMEGROWN_PROFILE 设为其他文件夹。',
    },
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
    saving: {
      saving: '正在保存“{name}”',
      step: '正在完成“{name}”的当前训练步',
      other: '正在关闭 Homegrown',
      done: '{done} / {total}',
      then: '保存完成后，Homegrown 会自动退出。',
      quitNow: '立即退出（保留到第 {step} 步）',
      quitNowEmpty: '立即退出（还没有保存任何内容）',
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
    ended: {
      title: '训练完成',
      titleTrouble: '训练提前结束',
      done: '“{name}”可以使用了。',
      outOfMemory: '“{name}”内存不足。已保存的内容不会丢失。',
      diverged: '“{name}”的损失发散了。已保存的内容不会丢失。',
      diskFull: '磁盘已满，“{name}”无法继续保存。之前保存的内容不会丢失。',
      failed: '“{name}”训练失败。打开它查看原因。',
      interrupted: '“{name}”被中断，可以继续训练。',
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
