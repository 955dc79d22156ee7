// A NODE_ENV=production in the user's shell would build Vue without test support.
process.env['NODE_ENV'] = 'test'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const common = { environment: 'node', maxWorkers: 2 } as const

export default defineConfig({
  plugins: [vue()],
  test: {
    projects: [
      { extends: true, test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
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
