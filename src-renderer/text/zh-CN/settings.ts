import type { settings as source } from '../en/settings'

export const settings: typeof source = {
  title: '设置',
  lead: '更改会立即保存。',
  appearance: '外观',
  language: { label: '语言', system: '跟随系统', en: 'English', zhCN: '简体中文' },
  theme: { label: '颜色', system: '跟随系统', light: '浅色', dark: '深色' },
  expert: { label: '专家表单', help: '新建模型时显示所有设置。' },
  engines: {
    title: '引擎',
    lead: '这台电脑上可以用来计算训练的程序。Homegrown 会使用其中最快的一种。',
    inUse: '使用中',
    available: '可用',
    missing: '不可用',
    version: '版本 {version}',
    location: '位置',
    tensorflow: '速度快：使用全部处理器核心，并编译训练步骤。',
    wasm: '始终可用，不需要其他组件，速度慢几倍。',
    graphicsNote: '这个版本用处理器训练。显卡信息仅供参考。',
  },
  files: {
    title: '文件位置',
    lead: '文本、模型和对话都保存在这台电脑的这个文件夹里，不会发送到任何地方。',
    profile: '资料文件夹',
    free: '这个磁盘还有 {size} 可用空间',
    copy: '复制路径',
    copied: '路径已复制',
  },
  about: {
    title: '关于',
    version: 'Homegrown {version}',
    runtime: 'Node {version}，{platform}',
    licence: '依据 MIT 许可证发布的自由软件。',
    offline: '无需网络即可使用。',
  },
}
