import type { TrashKind } from '../../src-preload/contract/records/trash'
import { megabytes } from './amounts'
import { command } from './command-text'

const trashKinds: Readonly<Record<TrashKind, string>> = { corpus: 'text', run: 'run', conversation: 'page' }

/** What the command line says of deleting and restoring. */
export const trashTexts = {
  askDelete: (name: string) => `Move ${name} to the trash?`,
  yesOrNo: '[y/N]',
  notDeleted: 'Nothing was deleted.',
  deleted: (name: string, runId: string) => `Deleted ${name}. Restore it with: ${command} restore ${runId}`,
  trashColumns: ['ID', 'Kind', 'Name', 'Size', 'Deleted', 'Removed for good'],
  trashKind: (kind: TrashKind) => trashKinds[kind],
  trashEmpty: 'The trash is empty.',
  trashSize: (bytes: number) => `${megabytes(bytes)} in total. Restore with: ${command} restore ID`,
  askEmpty: (items: number, bytes: number) =>
    `Remove ${items === 1 ? '1 item' : `${items} items`} (${megabytes(bytes)}) for good?`,
  emptied: (removed: number, left: number) =>
    `Removed ${removed === 1 ? '1 item' : `${removed} items`}.${left > 0 ? ` ${left} could not be removed now; try again later.` : ''}`,
  notInTrash: (wish: string) => `The trash holds nothing called ${wish}. See what it holds with: ${command} trash`,
  severalInTrash: (wish: string) => `The trash holds more than one ${wish}. Use the ID: ${command} trash`,
  restored: (name: string) => `Restored ${name}.`,
}
