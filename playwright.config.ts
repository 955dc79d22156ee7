import { defineConfig } from '@playwright/test'
import type { PlaceOptions } from './test/e2e/app'

// The same specs in both places; NAME.window.spec.ts and NAME.browser.spec.ts in one only.
export default defineConfig<PlaceOptions>({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  globalSetup: './test/e2e/display.ts',
  workers: 1,
  timeout: 180_000,
  maxFailures: 10,
  expect: { timeout: 15_000 },
  reporter: 'list',
  // A failure leaves what was done, said and asked, and one picture. A trace with pictures and a copy of the page for each
  // act makes a test several times as long; `--trace on` makes one by hand.
  use: { trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false }, screenshot: 'only-on-failure' },
  projects: [
    { name: 'browser', use: { place: 'browser' }, testIgnore: '**/*.window.spec.ts' },
    {
      name: 'window',
      use: { place: 'window' },
      testIgnore: '**/*.browser.spec.ts',
      // Electron 22's V8 has twice aborted a renderer (docs/log.md). A person's window is then loaded again
      // (test/e2e/crash.window.spec.ts), but Playwright does not go back to a crashed page: the test begins anew.
      retries: 1,
    },
  ],
})
