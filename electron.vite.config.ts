import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'
import vuetify from 'vite-plugin-vuetify'

const root = import.meta.dirname
const cjs = { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' } as const

// One artifact for the Electron that ships and for the older one that the end-to-end tests can obtain
// (docs/adr/0003-real-electron-in-tests.md): Node 16 and Chrome 108 syntax, CommonJS entries.
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node16.17',
      sourcemap: true,
      // libtensorflow's JavaScript half is bundled, so that its installer never ships (docs/adr/0001-engine.md).
      // One of its kernels asks for tfjs-core by name: that must be the copy that @tensorflow/tfjs uses.
      externalizeDeps: { exclude: ['@tensorflow/tfjs-node-gpu'], include: ['@tensorflow/tfjs-core'] },
      rolldownOptions: {
        input: {
          main: resolve(root, 'src-main/main.ts'),
          backend: resolve(root, 'src-main/backend/child.ts'),
          job: resolve(root, 'src-main/engine/job.ts'),
          heartbeat: resolve(root, 'src-main/engine/heartbeat.ts'),
          serve: resolve(root, 'src-main/serve.ts'),
          cli: resolve(root, 'src-main/cli.ts'),
        },
        output: cjs,
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: 'node16.17',
      sourcemap: true,
      externalizeDeps: false,
      rolldownOptions: { input: { preload: resolve(root, 'src-preload/preload.ts') }, output: cjs },
    },
  },
  renderer: {
    root: 'src-renderer',
    base: './',
    plugins: [vue(), vuetify({ autoImport: true })],
    build: {
      outDir: resolve(root, 'out/renderer'),
      emptyOutDir: true,
      target: 'chrome108',
      cssTarget: 'chrome108',
      minify: true, // also lowers CSS nesting, which the older Electron lacks
      rolldownOptions: { input: { index: resolve(root, 'src-renderer/index.html') } },
    },
  },
})
