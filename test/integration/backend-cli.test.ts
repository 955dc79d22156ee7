import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ComputerInfo } from '../../src-preload/contract/records/computer'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { built } from '../built'
import { command, commandReading, environment, temporaryProfile, type CommandResult } from './backend-process'

const text = resolve('resources/sample/en.txt')
const small = ['nLayer=1', 'nHead=2', 'nEmbd=32', 'blockSize=32', 'batchSize=4', 'compile=graph', 'samplePrompt=Once']
const huge = ['nLayer=24', 'nHead=16', 'nEmbd=2048', 'batchSize=1024'].flatMap((pair) => ['--set', pair])
const settings = small.flatMap((pair) => ['--set', pair])

const run = (profileDir: string, ...args: string[]): Promise<CommandResult> => command(profileDir, ...args).ended
const lines = ({ stdout }: CommandResult): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const ofType = (result: CommandResult, type: string) => lines(result).filter((line) => line['type'] === type)
const runsOf = async (profileDir: string): Promise<RunRecord[]> =>
  JSON.parse((await run(profileDir, 'runs', '--json')).stdout) as RunRecord[]

describe('the command line', () => {
  it.skipIf(process.platform === 'win32')('keeps what it writes from other users of the computer', async () => {
    const profileDir = temporaryProfile()
    chmodSync(profileDir, 0o755)
    await run(profileDir, 'train', text, '--steps', '2', ...settings)
    const files = readdirSync(profileDir, { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => file.endsWith('.safetensors')).length).toBeGreaterThan(0)
    expect(files.filter((file) => (statSync(join(profileDir, file)).mode & 0o077) !== 0)).toEqual([])
  })

  it('says why a training ended before its steps', async () => {
    const profileDir = temporaryProfile()
    // Too large a step to learn anything.
    const hopeless = ['learningRate=0.5', 'minLearningRate=0.5', 'evalInterval=2', 'evalBatches=2', 'patience=3']
    const change = hopeless.flatMap((pair) => ['--set', pair])
    const { code, stdout } = await run(profileDir, 'train', text, '--steps', '2000', ...settings, ...change)
    expect(code).toBe(0)
    const [found] = await runsOf(profileDir)
    const best = found?.checkpoints.find(({ kind }) => kind === 'best')?.step ?? 0
    expect(found).toMatchObject({ state: 'done', step: best + 2 * 3, maxSteps: 2000 })
    expect(stdout).toContain(`Ended early, at step ${best + 6} of 2000: 3 evaluations in a row brought no lower`)
    expect(stdout).toContain(`The best version, from step ${best}, is saved.`)
  })

  it('trains, lists, shows, generates, compares and deletes', async () => {
    const profileDir = temporaryProfile()
    const train = (seed: number, name: string) =>
      run(profileDir, 'train', text, '--steps', '40', '--name', name, '--json', '--set', `seed=${seed}`, ...settings)
    const first = await train(1, 'first')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const steps = ofType(first, 'step')
    expect(steps.length).toBeGreaterThan(0)
    expect(steps[0]).toMatchObject({ step: expect.any(Number) as number, lossNats: expect.any(Number) as number })
    expect(ofType(first, 'eval').at(-1)).toMatchObject({
      valLossNats: expect.any(Number) as number,
      perplexity: expect.any(Number) as number,
      bitsPerByte: expect.any(Number) as number,
    })
    const done = lines(first).at(-1)
    expect(done).toMatchObject({
      type: 'done',
      bestValLossNats: expect.any(Number) as number,
      tokensPerSecond: expect.any(Number) as number,
      engine: 'tensorflow',
    })

    await train(2, 'second')
    const runs = await runsOf(profileDir)
    expect(runs.map(({ name, state, model }) => [name, state, model])).toEqual([
      ['second', 'done', 'llama'],
      ['first', 'done', 'llama'],
    ])
    expect(runs[1]?.runId).toBe(done?.['runId'])
    // The file was imported once: its bytes were known the second time.
    expect(new Set(runs.map(({ corpusId }) => corpusId)).size).toBe(1)

    const prompt = 'The AI revolution is'
    const generate = () => run(profileDir, 'generate', 'first', prompt, '--seed', '7', '--max-tokens', '20')
    const [a, b] = [await generate(), await generate()]
    expect(a.code).toBe(0)
    expect(a.stdout.startsWith(prompt)).toBe(true)
    expect(a.stdout.length).toBeGreaterThan(prompt.length + 1)
    expect(b.stdout).toBe(a.stdout)
    const asJson = await run(profileDir, 'generate', 'first', prompt, '--seed', '7', '--max-tokens', '20', '--json')
    const last = lines(asJson).at(-1)
    expect(last).toMatchObject({ type: 'done', prompt, seed: 7 })
    expect(`${prompt}${String(last?.['text'])}\n`).toBe(a.stdout)
    const pieces = ofType(asJson, 'text').map((line) => line['text'])
    expect(pieces.join('')).toBe(last?.['text'])

    const compared = await run(profileDir, 'compare', 'first', 'second', '--json')
    expect(lines(compared)[0]?.['differences']).toEqual([{ field: 'seed', values: [1, 2] }])
    expect((await run(profileDir, 'show', runs[0]?.runId.slice(0, 8) ?? '')).stdout).toContain('second')

    expect((await run(profileDir, 'rename', 'second', ' The other ')).stdout).toBe('Renamed second to The other.\n')
    // Nobody can be asked here.
    const unasked = await run(profileDir, 'delete', 'The other', '--json')
    expect(unasked.code).toBe(2)
    expect(lines(unasked)).toMatchObject([{ type: 'error', code: 'arguments.needsYes' }])
    expect((await run(profileDir, 'delete', 'The other', '--yes')).code).toBe(0)
    expect((await runsOf(profileDir)).map(({ name }) => name)).toEqual(['first'])
    expect((await run(profileDir, 'trash')).stdout).toMatch(/run_\w+ +run +The other/)
    expect((await run(profileDir, 'restore', 'The other')).stdout).toBe('Restored The other.\n')
    expect((await runsOf(profileDir)).map(({ name }) => name)).toEqual(['The other', 'first'])
  })

  it('saves at Ctrl-C, says how to resume, and goes on from there', async () => {
    const profileDir = temporaryProfile()
    const training = command(profileDir, 'train', text, '--steps', '100000', '--name', 'long', '--json', ...settings)
    await training.said('"type":"step"')
    training.child.kill('SIGINT')
    const stopped = await training.ended
    expect(stopped.code).toBe(130)
    const end = lines(stopped).at(-1)
    expect(end).toMatchObject({ type: 'paused', error: null })
    const [paused] = await runsOf(profileDir)
    expect(paused).toMatchObject({ state: 'paused', step: end?.['step'] })
    expect(paused?.checkpoints).toContainEqual(expect.objectContaining({ kind: 'last', step: paused?.step }))

    const again = command(profileDir, 'resume', 'long')
    await again.said('tokens/s')
    again.child.kill('SIGINT')
    const second = await again.ended
    expect(second.code).toBe(130)
    expect(second.stdout).toContain(`resume ${paused?.runId ?? ''}`)
    expect((await runsOf(profileDir))[0]?.step).toBeGreaterThan(paused?.step ?? 0)
  })

  it('trains a finished run longer', async () => {
    const profileDir = temporaryProfile()
    expect(await run(profileDir, 'train', text, '--steps', '20', '--name', 'short', ...settings)).toMatchObject({
      code: 0,
    })
    const finished = await run(profileDir, 'resume', 'short')
    expect(finished.code).toBe(3)
    expect(finished.stderr).toContain('Train it longer with `resume RUN --steps N`.')

    const longer = await run(profileDir, 'resume', 'short', '--steps', '12', '--json')
    expect(longer).toMatchObject({ code: 0, stderr: '' })
    expect(ofType(longer, 'step').every(({ step }) => Number(step) > 20)).toBe(true)
    expect(lines(longer).at(-1)).toMatchObject({ type: 'done', step: 32, maxSteps: 32 })
    expect((await run(profileDir, 'show', 'short')).stdout).toContain('Trained longer: from step 20 to step 32')

    const both = await run(profileDir, 'resume', 'short', '--steps', '5', '--checkpoint', 'best')
    expect(both).toMatchObject({ code: 2 })
    expect(await run(profileDir, 'resume', 'short', '--steps', '0')).toMatchObject({ code: 2 })
  })

  it.each<[string, string[], number, RegExp]>([
    ['no file', ['train', 'none.txt'], 2, /none\.txt cannot be read/],
    ['an empty file', ['train', 'EMPTY'], 2, /empty/],
    ['a binary file', ['train', 'BINARY'], 2, /not a text/],
    ['a setting that does not exist', ['train', text, '--set', 'nLayers=2'], 2, /no setting nLayers/],
    ['an impossible combination', ['train', text, '--set', 'nHead=3'], 2, /divisible/],
    ['too large a vocabulary', ['train', text, '--set', 'vocabSize=60000'], 2, /tokens at most/],
    ['a context longer than the text', ['train', 'SHORT', '--set', 'blockSize=2048'], 2, /does not fit/],
    ['more memory than there is', ['train', text, ...huge], 4, /needs about .* GB .* are free.*\(--set .*\)/],
    ['an unknown run', ['show', 'nothing'], 3, /no run nothing/],
    ['an unknown command', ['teach'], 2, /no command teach/],
    ['an unknown option', ['runs', '--all'], 2, /--all/],
    ['a missing operand', ['show'], 2, /RUN is missing/],
    ['an empty file name', ['train', ''], 2, /file name is empty/],
    ['an empty name', ['train', text, '--name', ' '], 2, /name is empty/],
    ['a device', ['train', '/dev/zero'], 2, /zero/],
    ['nothing on standard input', ['train', '-'], 2, /empty/],
    ['a setting that is not offered', ['train', text, '--set', 'tokenizer=word'], 2, /bpe or char/],
    ['an option of another command', ['resume', 'x', '--preset', 'tiny'], 2, /resume has no option --preset/],
  ])('%s: one sentence and its exit code', async (_, args, code, sentence) => {
    const profileDir = temporaryProfile()
    const files: Record<string, string | Buffer> = {
      EMPTY: '',
      BINARY: Buffer.from(Array.from({ length: 4000 }, (__, i) => (i * 7) % 256)),
      SHORT: 'A short text. '.repeat(100),
    }
    mkdirSync(join(profileDir, 'files'))
    const named = args.map((arg) => {
      const content = files[arg]
      if (content === undefined) return arg
      const file = join(profileDir, 'files', `${arg}.txt`)
      writeFileSync(file, content)
      return file
    })
    const result = await run(profileDir, ...named, '--json')
    expect(result).toMatchObject({ code, stderr: '' })
    const error = lines(result).at(-1)
    expect(error).toMatchObject({ type: 'error', code: expect.stringMatching(/^\w+\.\w+$/) as string })
    expect(error?.['message']).toMatch(sentence)
    expect(error?.['message']).not.toMatch(/\n| {4}at |Error:/)
    expect(await runsOf(profileDir)).toEqual([])
  })

  it('says errors to a person in one line on standard error', async () => {
    const said = { code: 3, stdout: '', stderr: 'There is no run nothing. `runs` lists all of them.\n' }
    expect(await run(temporaryProfile(), 'show', 'nothing')).toEqual(said)
  })

  it('says what this computer can do, and helps', async () => {
    const profileDir = temporaryProfile()
    const info = lines(await run(profileDir, 'doctor', '--json'))[0] as unknown as ComputerInfo
    expect(info).toMatchObject({ engine: 'tensorflow', profileDir })
    expect(info.engines.map(({ engine, available }) => [engine, available])).toEqual([
      // Whether there is a card of NVIDIA's depends on the machine.
      ['cuda', expect.any(Boolean)],
      ['tensorflow', true],
      ['webgpu', expect.any(Boolean)],
      ['wasm', true],
    ])
    const help = await run(profileDir, '--help')
    expect(help.code).toBe(0)
    expect(help.stdout).toContain('Exit codes')
  })

  it('reads a text and a prompt from standard input', async () => {
    const profileDir = temporaryProfile()
    const args = ['train', '-', '--steps', '4', '--name', 'piped', ...settings]
    const { code, stdout } = await commandReading(readFileSync(text), profileDir, args).ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Text: standard input.txt') as string })
    // It is a text as any other, and nothing of it is left where it came in.
    expect((await runsOf(profileDir))[0]).toMatchObject({ name: 'piped', corpus: 'standard input.txt', state: 'done' })
    expect(readdirSync(join(profileDir, 'uploads'))).toEqual([])

    const short = ['generate', 'piped', '--seed', '7', '--max-tokens', '5']
    const written = await commandReading('- Ana\n', profileDir, short).ended
    const asked = await run(profileDir, 'generate', 'piped', '- Ana', '--seed', '7', '--max-tokens', '5')
    expect(written).toMatchObject({ code: 0, stdout: expect.stringMatching(/^- Ana[^\n]/) as string })
    expect(asked.stdout).toBe(written.stdout)
    const wrong = await run(profileDir, 'generate', 'piped', '- Ana', '--temperature', '0,8')
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('write 0.8.') as string })
  })

  it('pauses and stops what another process trains, and waits until it is saved', async () => {
    const profileDir = temporaryProfile()
    const training = command(profileDir, 'train', text, '--steps', '100000', '--name', 'long', '--json', ...settings)
    await training.said('"type":"step"')
    const paused = await run(profileDir, 'pause', 'long')
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringMatching(/^long: paused, step \d+\.\n$/) as string })
    expect(paused.stderr).toMatch(/^Waiting for long/)
    const [found] = await runsOf(profileDir)
    expect(found?.checkpoints).toContainEqual(expect.objectContaining({ kind: 'last', step: found?.step }))
    expect((await training.ended).code).toBe(1)

    expect(await run(profileDir, 'pause', 'long')).toMatchObject({ code: 3 })
    const stopped = await run(profileDir, 'stop', 'long', '--json')
    expect(lines(stopped)).toEqual([{ type: 'stopped', runId: found?.runId, step: found?.step }])
  })

  it('serves the browser mode at an address with a key, and ends when told', async () => {
    const profileDir = temporaryProfile()
    const serving = command(profileDir, 'serve')
    await serving.said('#token=')
    serving.child.kill('SIGTERM')
    const { code, stdout } = await serving.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Homegrown is at http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{48}\n$/)
    expect(readFileSync(join(profileDir, 'homegrown.db')).subarray(0, 15).toString()).toBe('SQLite format 3')
  })

  it('serves no longer than the start script lives, however that ends', async () => {
    const child = fork(built('serve.cjs'), [], { env: environment(temporaryProfile()), silent: true })
    const ended = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout ?? child, 'data')
    child.disconnect()
    expect(await ended).toEqual([0, null])
  })
})
