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
  // A failure leaves what was done, said and asked, and how the page looked. Pictures and copies of the page for each act are
  // for whoever looks at a test by hand (`--trace on`): they take four times as long as a form's test itself.
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
