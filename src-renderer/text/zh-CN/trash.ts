import type { trash as source } from '../en/trash'

export const trash: typeof source = {
  lead: '删除的文本、模型和页面会在这里保留 30 天，之后彻底清除。',
  uses: '共 {n} 项，占用 {size}。',
  nothing: { title: '回收站是空的', body: '删除的内容会出现在这里，30 天内可以恢复。' },
  kind: { corpus: '文本', run: '模型', conversation: '页面' },
  column: { name: '名称', deleted: '删除时间', goes: '清除时间', size: '大小', actions: '操作' },
  restore: '恢复',
  restoreNamed: '恢复“{name}”',
  remove: '彻底删除',
  removeNamed: '彻底删除“{name}”',
  empty: '清空回收站',
  ask: {
    one: '彻底删除“{name}”？',
    all: '彻底删除全部 {n} 项？',
    forever: '此操作无法撤销。',
    texts: '用这份文本训练过的模型仍以词元的形式保留着它的副本。要一并清除，请把这些模型也删除。',
  },
  restored: '已恢复“{name}”。',
  gone: '已彻底删除“{name}”。',
  emptied: '回收站已清空。',
  left: '有 {n} 项没有删除：训练还要用到它们。',
}
