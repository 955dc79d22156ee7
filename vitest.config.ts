// A NODE_ENV=production in the user's shell would build Vue without test support.
process.env['NODE_ENV'] = 'test'

import vue from '@vitejs/plugin-vue'
import { playwright } from '@vitest/browser-playwright'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import vuetify from 'vite-plugin-vuetify'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Vitest takes the largest files first; this small one takes longest, and begun last it would run alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('bad-input-long-line.test.ts')
    const sorted = await super.sort(files)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}

/** Debian's Chromium where it is installed; as root it cannot use its sandbox. */
const systemChromium = process.env['CHROME_BIN'] ?? '/usr/bin/chromium'
const launchOptions = {
  ...(existsSync(systemChromium) ? { executablePath: systemChromium } : {}),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
}

const vuetifyParts = readdirSync(join(import.meta.dirname, 'node_modules/vuetify/lib/components'))
const bundled = [
  ...['vue', 'vuetify', 'vuetify/components', 'vuetify/iconsets/mdi-svg', 'vuetify/locale'],
  ...vuetifyParts.filter((name) => name.startsWith('V')).map((name) => `vuetify/components/${name}`),
  ...['chart.js', 'pinia', 'vue-i18n', 'vue-router', 'zod', '@mdi/js'],
]

const common = { environment: 'node', maxWorkers: 2 } as const

export default defineConfig({
  plugins: [vue()],
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      // Components as a person meets them: in a real browser, with the product's own design, texts and stores.
      {
        extends: true,
        plugins: [vuetify({ autoImport: true })],
        // Found while a test runs, they would load the page again in the middle of it.
        optimizeDeps: { include: bundled },
        test: {
          name: 'component',
          include: ['test/component/**/*.test.ts'],
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            viewport: { width: 1280, height: 800 },
            // The pictures show times of day.
            provider: playwright({ launchOptions, contextOptions: { timezoneId: 'UTC' } }),
            instances: [{ browser: 'chromium' }],
            // Another version of Chromium draws edges of letters a little differently; a moved button is more than that.
            expect: {
              toMatchScreenshot: { comparatorOptions: { threshold: 0.2, allowedMismatchedPixelRatio: 0.004 } },
            },
          },
        },
      },
      // Golden and integration tests load libtensorflow (one fork a file, since it never unloads) and run whole trainings.
      {
        extends: true,
        test: { ...common, name: 'golden', include: ['test/golden/**/*.test.ts'], pool: 'forks', testTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
