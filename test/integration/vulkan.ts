import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import koffi from 'koffi'
import { cacheDirFrom } from '../../src-main/backend/places'

/** Software graphics cards that Dawn can use, best first: the driver's description and the loader beside it. */
const lavapipe = join(cacheDirFrom(process.env), 'vulkan', 'lavapipe')
const candidates = [
  { icd: join(lavapipe, 'icd.json'), loader: join(lavapipe, 'libvulkan.so.1') },
  { icd: '/usr/lib/chromium/vk_swiftshader_icd.json', loader: '/usr/lib/chromium/libvulkan.so.1' },
]

/** Held: a library that nobody holds is unloaded. */
export let loaded: ReturnType<typeof koffi.load> | null = null

/**
 * Lets Dawn find a software graphics card in this process and in those that it starts.
 * @returns its name, or null after printing why there is none
 */
export function useSoftwareCard(): string | null {
  const found = candidates.find(({ icd, loader }) => existsSync(icd) && existsSync(loader))
  if (found === undefined) {
    process.stderr.write('WebGPU tests are skipped: neither lavapipe 25 nor the SwiftShader of Chromium is here.\n')
    return null
  }
  process.env['VK_ICD_FILENAMES'] = found.icd
  process.env['HOMEGROWN_WEBGPU_SOFTWARE'] = '1'
  // Dawn asks for the loader by its name: one that is loaded already is found wherever it lies.
  loaded = koffi.load(found.loader)
  // The processes that this one starts search here.
  process.env['LD_LIBRARY_PATH'] = dirname(found.loader)
  return found.icd
}
