import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTokenFile } from '../../src-main/engine/data/token-store'
import { sha256Of } from '../../src-main/engine/files'
import { RandomStream } from '../../src-main/engine/random'
import { exitNow } from '../../src-main/engine/tasks/exit-now'
import { train } from '../../src-main/engine/train'
import { charTokenizerJson } from '../../src-main/engine/tokenizer/tokenizer-json'
import type { RunConfig } from '../../src-preload/contract/records/run-config'

/** A training job of a few steps, an evaluation and a checkpoint; prints what it occupied at its peak, and of that what is mapped from files. */

interface Question {
  readonly config: RunConfig
  readonly vocabSize: number
  readonly tensorflowDir: string
}

async function main(): Promise<void> {
  const { config, vocabSize, tensorflowDir } = JSON.parse(process.argv[2] ?? '') as Question
  const root = mkdtempSync(join(tmpdir(), 'homegrown-memory-'))
  const tokenizerPath = join(root, 'tokenizer.json')
  await writeFile(tokenizerPath, charTokenizerJson(['a', 'b'], 1))
  const tokenizerHash = await sha256Of(tokenizerPath)
  const random = new RandomStream(1, 'test')
  const count = 20 * config.blockSize
  for (const name of ['train.bin', 'val.bin']) {
    const file = await createTokenFile(join(root, name), { vocabSize, tokenizerHash })
    await file.write(Array.from({ length: count }, () => random.intBelow(vocabSize)))
    await file.commit(count)
  }
  const controller = new AbortController()
  const engineOptions = { engine: 'tensorflow', tensorflowDirs: [tensorflowDir] } as const
  const options = { runDir: join(root, 'run'), tokenizedDir: root, config, resume: false, engineOptions }
  let evaluations = 0
  let settled = config.compile !== 'auto'
  for await (const event of train(options, controller.signal)) {
    if (event.kind === 'eval') evaluations++
    if (event.kind === 'tier' && event.timings.length === 3) settled = true
    if (evaluations >= 2 && settled) controller.abort()
  }
  rmSync(root, { recursive: true })
  const status = readFileSync('/proc/self/status', 'utf8')
  const bytesOf = (key: string): number => Number(new RegExp(`${key}:\\s*(\\d+)`).exec(status)?.[1]) * 1024
  console.log(JSON.stringify({ peakBytes: bytesOf('VmHWM'), fileBytes: bytesOf('RssFile') }))
}

main().then(
  () => exitNow(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
