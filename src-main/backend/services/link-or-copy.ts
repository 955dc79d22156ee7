import { copyFile, link, open } from 'node:fs/promises'

/**
 * Gives a file that nobody changes in place a second name, which takes no space. Where the file system has no second names
 * (exFAT), or the folders lie on different disks, it becomes a copy.
 */
export async function linkOrCopy(source: string, target: string): Promise<void> {
  await link(source, target).catch(() => copy(source, target))
}

/** A copy that is on the disk when this resolves. */
export async function copy(source: string, target: string): Promise<void> {
  await copyFile(source, target)
  const handle = await open(target, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
