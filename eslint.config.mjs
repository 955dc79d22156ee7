import prettier from 'eslint-config-prettier/flat'
import vue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import ts from 'typescript-eslint'

/** `paths` that a place may not import, with the reason that the author reads. */
const refuse = (message, ...names) => names.map((name) => ({ name, message }))

export default defineConfig(
  globalIgnores(['out', 'dist', 'node_modules', 'test-results', '.cache']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ts.configs.strictTypeChecked,
  vue.configs['flat/recommended-error'],
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.vue'] },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  // Only one file may hold each door: the rest go through it.
  {
    files: ['src-main/**/*.ts'],
    ignores: ['src-main/main.ts', 'src-main/shell/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: refuse('Electron lives in src-main/shell only.', 'electron') }],
    },
  },
  {
    files: ['src-main/shell/**/*.ts'],
    ignores: ['src-main/shell/ipc.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'electron',
              importNames: ['ipcMain'],
              message: 'Only shell/ipc.ts may use ipcMain: it checks the sender.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src-renderer/**/*.{ts,vue}'],
    ignores: ['src-renderer/api.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'window', property: 'homegrown', message: 'Only src-renderer/api.ts may use the bridge.' },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'WebSocket', message: 'Only src-renderer/api.ts may use the socket.' },
      ],
    },
  },
  {
    files: ['src-preload/**/*.ts', 'src-renderer/**/*.{ts,vue}'],
    ignores: ['src-preload/contract/zod.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: refuse("The page forbids eval, which zod probes for: take it from the contract's zod.ts.", 'zod') },
      ],
    },
  },
  // Every random number in the engine comes from a counter (seed, purpose, step): a run must be repeatable.
  {
    files: ['src-main/engine/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use engine/random.ts: seed, purpose, step.' },
      ],
    },
  },
  {
    files: ['src-main/cli/**/*.ts', 'src-main/cli.ts', 'src-main/serve.ts', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser } },
  // Plain-JS tooling files are not part of a TS project.
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off' },
  },
  prettier,
)
