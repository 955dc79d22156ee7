// A NODE_ENV=production in the user's shell would build Vue without test support.
process.env['NODE_ENV'] = 'test'

import vue from '@vitejs/plugin-vue'
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

const common = { environment: 'node', maxWorkers: 2 } as const

export default defineConfig({
  plugins: [vue()],
  test: {
    sequence: { sequencer: LongestFirst },
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
