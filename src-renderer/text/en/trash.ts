export const trash = {
  lead: 'Deleted texts, models and pages stay here for 30 days. Then they are removed for good.',
  uses: '{n} item uses {size}. | {n} items use {size}.',
  nothing: { title: 'The trash is empty', body: 'What you delete appears here, and you can restore it for 30 days.' },
  kind: { corpus: 'Text', run: 'Model', conversation: 'Page' },
  column: { name: 'Name', deleted: 'Deleted', goes: 'Removed for good', size: 'Size', actions: 'Actions' },
  restore: 'Restore',
  restoreNamed: 'Restore {name}',
  remove: 'Delete forever',
  removeNamed: 'Delete {name} forever',
  empty: 'Empty trash',
  ask: {
    one: 'Delete “{name}” forever?',
    all: 'Delete {n} item forever? | Delete all {n} items forever?',
    forever: 'You can’t undo this.',
    texts:
      'Models trained on a deleted text keep their copy of it, as tokens. To remove that too, delete those models.',
  },
  restored: '“{name}” is restored.',
  gone: '“{name}” is deleted forever.',
  emptied: 'The trash is empty.',
  left: 'Not everything could be deleted: a training still needs it. Left in the trash: {n}.',
}
