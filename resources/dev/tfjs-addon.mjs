// @tensorflow/tfjs-node's own native add-on, built from its own sources for the libtensorflow that the app uses (the one
// that it brings along is 2.9): what the step benchmark compares with.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { note } from './cache.mjs'
import { fetchWheel, findPython } from './wheel.mjs'

const root = join(import.meta.dirname, '../..')
const sources = join(root, 'node_modules/@tensorflow/tfjs-node-gpu/binding')

/** The headers of libtensorflow's C API are in no package but the wheel that the engine itself comes from. */
const wheel = {
  requirement: 'tensorflow-cpu==2.21.0',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  platform: 'manylinux_2_27_x86_64',
  abi: 'cp311',
}

/** Path of the add-on, built where it is not there yet; null where that cannot be done, with the reason in a note. */
export function tfjsAddon(libraryDir, buildDir) {
  const addon = join(buildDir, 'tfjs_binding.node')
  if (existsSync(addon)) return addon
  const python = findPython()
  const headers = join(dirname(dirname(process.execPath)), 'include/node')
  if (process.platform !== 'linux' || python === null || !existsSync(headers)) {
    note("tfjs-node's own add-on is left out: it is built on Linux only, with pip, c++ and the headers of Node.")
    return null
  }
  const work = mkdtempSync(join(tmpdir(), 'homegrown-addon-'))
  try {
    note("Building tfjs-node's own add-on for the comparison (274 MB to fetch for its headers) ...")
    const file = fetchWheel(python, wheel, work)
    if (file === null || !run(python, ['-m', 'zipfile', '-e', file, work])) return null
    // The linker looks for names without a number.
    for (const name of ['libtensorflow_cc.so', 'libtensorflow_framework.so'])
      symlinkSync(join(libraryDir, `${name}.2`), join(work, name))
    const includes = [headers, join(work, 'tensorflow/include'), sources].map((dir) => `-I${dir}`)
    const files = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name))
    const libraries = [`-L${work}`, '-ltensorflow_cc', '-ltensorflow_framework', `-Wl,-rpath,${libraryDir}`]
    const made = join(work, 'tfjs_binding.node')
    const flags = ['-O2', '-std=c++17', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-Wl,--allow-shlib-undefined']
    if (!run('c++', [...flags, ...includes, ...files, '-o', made, ...libraries])) return null
    mkdirSync(buildDir, { recursive: true })
    copyFileSync(made, addon)
    return addon
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
