import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import WebSocket from 'ws'
import type { Input, Method, Output } from '../../src-preload/contract/methods'
import type { WireMessage } from '../../src-preload/contract/wire'
import { noSlowDisk, slowDisk } from '../slow-disk'
import { command } from './backend-process'
import { openWorld, removeFolder, someText, temporaryProfile } from './bad-input-fixture'
import { smallConfig } from './job-fixture'

const savingMs = 5000

/** Its weights and moments are 230 MB, which are made sure in five parts; then come the manifest and the folders. */
const large = smallConfig({
  ...{ nLayer: 6, nHead: 8, nEmbd: 512, blockSize: 16, batchSize: 1 },
  ...{ tokenizer: 'char', compile: 'graph', warmupSteps: 0, maxSteps: 1e6, sampleInterval: 0 },
})

beforeEach(({ skip }) => {
  const missing = noSlowDisk()
  if (missing !== null) skip(missing)
})

/** For processes that start from now on: this one has begun. */
function slowDown(folder: string, syncMs: number): void {
  const disk = slowDisk(folder, syncMs)
  Object.assign(process.env, disk)
  onTestFinished(() => {
    for (const name of Object.keys(disk)) Reflect.deleteProperty(process.env, name)
  })
}

it('closing waits for a disk that is slow, however long that takes', async () => {
  const folder = temporaryProfile()
  const profile = join(folder, 'profile')
  const world = openWorld(profile, undefined, { patience: { stepMs: 60_000, savingMs } })
  onTestFinished(async () => {
    await world.close()
    removeFolder(folder)
  })
  const path = join(folder, 'river.txt')
  writeFileSync(path, someText)
  const { corpusId } = await world.importPath(path)
  slowDown(folder, 1000)
  const { runId } = await world.request('runs.start', { corpusId, config: large })
  await world.runEvent(runId, 'steps')

  const asked = Date.now()
  await world.backend.close()
  // Else this shows nothing.
  expect(Date.now() - asked).toBeGreaterThan(savingMs)
  const again = openWorld(profile)
  onTestFinished(() => again.close())
  const [run] = (await again.request('runs.list', { since: 0 })).runs
  expect(run).toMatchObject({ state: 'paused', error: null })
  expect(run?.checkpoints.map(({ kind, step }) => ({ kind, step }))).toEqual([{ kind: 'last', step: run?.step }])
  const shares = world.events.flatMap((event) =>
    event.topic === 'run' && event.kind === 'stage' && event.stage === 'saving' ? [event.progress ?? 0] : [],
  )
  expect(shares.at(-1)).toBe(1)
  expect(shares.length).toBeGreaterThan(4)
})

/** A tab of browser mode, as far as it asks. */
async function openTab(address: string): Promise<<M extends Method>(method: M, input: Input<M>) => Promise<Output<M>>> {
  const { origin, host, hash } = new URL(address)
  const socket = new WebSocket(`ws://${host}/socket`, ['homegrown', hash.replace('#token=', 'token.')], { origin })
  onTestFinished(() => {
    socket.terminate()
  })
  await new Promise((open) => socket.once('open', open))
  let id = 0
  return (method, input) =>
    new Promise((found, failed) => {
      const own = ++id
      const hear = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as WireMessage
        if (!('id' in message) || message.id !== own) return
        socket.off('message', hear)
        if (message.ok) found(message.output as Output<typeof method>)
        else failed(new Error(message.error.code))
      }
      socket.on('message', hear)
      socket.send(JSON.stringify({ id: own, method, input }))
    })
}

it('browser mode says in the terminal what it waits for, and a second Ctrl-C waits no longer', async () => {
  const folder = temporaryProfile()
  onTestFinished(() => {
    removeFolder(folder)
  })
  slowDown(folder, 3_600_000)
  const profile = join(folder, 'profile')
  const serving = command(profile, 'serve', '--port', '0')
  await serving.said('\n')
  const request = await openTab(serving.out().trim().split(' ').at(-1) ?? '')
  const { corpusId } = await request('corpora.import', { sources: [{ kind: 'sample', language: 'en' }] })
  await vi.waitFor(async () => {
    expect((await request('corpora.list', {}))[0]?.state).toBe('ready')
  }, 60_000)
  const config = smallConfig({
    tokenizer: 'char',
    warmupSteps: 0,
    maxSteps: 1e6,
    sampleInterval: 0,
    checkpointMinutes: 600,
  })
  const { runId } = await request('runs.start', { corpusId, name: 'Tales', config })
  await vi.waitFor(async () => {
    expect((await request('runs.get', { runId })).run.step).toBeGreaterThan(0)
  }, 60_000)
  serving.child.kill('SIGINT')
  await serving.said('Saving Tales. To quit now, press Ctrl-C again: nothing is saved yet.')
  serving.child.kill('SIGINT')
  expect((await serving.ended).code).toBe(0)
})
