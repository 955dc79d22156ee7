import { join } from 'node:path'

/** The repository; tests run on what `npm run build` made of it. */
export const root = join(import.meta.dirname, '../..')

/** The environment of a program under test: its own profile, nothing of the person's. */
export function environment(profile: string, more: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'ELECTRON_RUN_AS_NODE',
  )
  return {
    ...Object.fromEntries(inherited),
    HOMEGROWN_PROFILE: profile,
    HOMEGROWN_NODE: process.execPath,
    // The languages that Chromium and Electron take from the system.
    LANGUAGE: 'en',
    LANG: 'C.UTF-8',
    ...more,
  }
}
