import { describe, expect, it, vi } from 'vitest'
import { defaultPatience } from '../../../src-main/backend/services/context'
import type { GenerationEvent } from '../../../src-preload/contract/events'
import type { AppEvent } from '../../../src-preload/contract/events'
import { openBackend, type TestBackend } from './backend'

const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 5, seed: 7, stop: [] }
type End = Extract<GenerationEvent, { kind: 'end' }>
const isEnd =
  (generationId: string) =>
  (event: AppEvent): event is End =>
    event.topic === 'generation' && event.kind === 'end' && event.generationId === generationId

async function trained(test: TestBackend): Promise<string> {
  const { corpusId } = await test.importSample()
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const overrides = { maxSteps: 2, warmupSteps: 0 }
  const { config } = await test.request('runs.plan', { corpusId, choice, overrides })
  const { runId } = await test.request('runs.start', { corpusId, config })
  await test.runState(runId, 'done')
  return runId
}

describe('talking', () => {
  it('streams an answer, stores it, and writes it again, as another version', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    const ask = { conversationId, runId, checkpoint: 'last' as const, sampling }
    const first = await test.request('talk.generate', { ...ask, prompt: 'Hello\nthere' })
    expect(first.seed).toBe(7)
    const end = await test.seen(isEnd(first.generationId))
    expect(end).toMatchObject({ error: null, message: { text: 'HHHHH', tokens: 5, endReason: 'length', seed: 7 } })
    const streamed = test.events.flatMap((e) => (e.topic === 'generation' && e.kind === 'text' ? [e.text] : []))
    expect(streamed.join('')).toBe('HHHHH')

    const again = await test.request('talk.generate', { ...ask, prompt: null })
    await test.seen(isEnd(again.generationId))
    const { conversation, messages } = await test.request('talk.get', { conversationId })
    expect(conversation).toMatchObject({ title: 'Hello', messages: 3 })
    expect(messages.map(({ role, text }) => [role, text])).toEqual([
      ['person', 'Hello\nthere'],
      ['model', 'HHHHH'],
    ])
    expect(messages[1]).toMatchObject({ messageId: again.messageId, versions: [first.messageId, again.messageId] })
  })

  it('gives the model the page to the letter, of versions the chosen one with what was written after it', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    const asked: string[] = []
    const { generator } = test.backend.services
    const generate = generator.generate.bind(generator)
    vi.spyOn(generator, 'generate').mockImplementation((request, onText) => {
      asked.push(request.prompt)
      return generate(request, onText)
    })
    const write = async (prompt: string | null, maxTokens = 2): Promise<string> => {
      const ask = { conversationId, runId, checkpoint: 'last' as const, sampling: { ...sampling, maxTokens } }
      const { generationId, messageId } = await test.request('talk.generate', { ...ask, prompt })
      await test.seen(isEnd(generationId))
      return messageId
    }
    const page = async () => {
      const { messages } = await test.request('talk.get', { conversationId })
      return messages.map(({ text }) => text)
    }
    // CRLF and a letter in two parts have one form, on the page too.
    const begun = 'One\n\u00e9'
    const first = await write('One\r\ne\u0301')
    await write(' two')
    await write('')
    expect(asked).toEqual([begun, `${begun}OO two`, `${begun}OO twoOO`])
    expect(await page()).toEqual([begun, 'OO', ' two', 'OO', 'OO'])

    const third = await write(null, 3)
    expect(asked.at(-1)).toBe(`${begun}OO twoOO`)
    expect(await page()).toEqual([begun, 'OO', ' two', 'OO', 'OOO'])
    await write(' four')
    const { messages } = await test.request('talk.get', { conversationId })
    const [former = ''] = messages[4]?.versions ?? []
    expect(messages[4]?.versions).toEqual([former, third])
    expect(messages[1]?.messageId).toBe(first)

    const chosen = await test.request('talk.choose', { messageId: former })
    expect(chosen.messages.map(({ text }) => text)).toEqual([begun, 'OO', ' two', 'OO', 'OO'])
    await write(' five')
    expect(asked.at(-1)).toBe(`${begun}OO twoOOOO five`)
    await test.request('talk.choose', { messageId: third })
    expect(await page()).toEqual([begun, 'OO', ' two', 'OO', 'OOO', ' four', 'OO'])
  })

  it('shows the former version again where another try breaks off with nothing written', async () => {
    const test = openBackend(undefined, { patience: { ...defaultPatience, stepMs: 50 } })
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    const write = async (prompt: string | null, stop: string[] = []): Promise<End> => {
      const ask = { conversationId, runId, checkpoint: 'last' as const, sampling: { ...sampling, stop } }
      const { generationId } = await test.request('talk.generate', { ...ask, prompt })
      if (stop.includes('never begins')) await test.request('talk.stop', { generationId })
      return await test.seen(isEnd(generationId))
    }
    const page = async () => (await test.request('talk.get', { conversationId })).messages
    const first = (await write('Once')).message.messageId
    const second = (await write(null)).message.messageId
    // Not the newest one, but the one that the page goes on with.
    await test.request('talk.choose', { messageId: first })
    const before = await page()
    expect(before.map(({ text }) => text)).toEqual(['Once', 'OOOOO'])

    expect(await write(null, ['dies before a token'])).toMatchObject({ error: { code: 'job.killed' } })
    expect(await page()).toEqual(before)
    expect(await write(null, ['never begins'])).toMatchObject({ error: null, message: { endReason: 'cancelled' } })
    expect(await page()).toEqual(before)
    expect(before[1]?.versions).toEqual([first, second])

    // Likewise a passage without versions: the page ends with what the person wrote.
    await write(' upon', ['dies before a token'])
    expect((await page()).map(({ text }) => text)).toEqual(['Once', 'OOOOO', ' upon'])
    await write('')
    expect((await page()).map(({ text }) => text)).toEqual(['Once', 'OOOOO', ' upon', 'OOOOO'])
  })

  it('is not called broken off for long where another process starts on the profile meanwhile', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    const long = { ...sampling, maxTokens: 5000, seed: null }
    const ask = { conversationId, runId, checkpoint: 'last' as const, prompt: 'slowly', sampling: long }
    const { generationId } = await test.request('talk.generate', ask)
    await test.seen((e): e is never => e.topic === 'generation' && e.kind === 'text')
    openBackend(test.profileDir)
    const reason = async () => (await test.request('talk.get', { conversationId })).messages.at(-1)?.endReason
    while ((await reason()) !== null) await new Promise((wait) => setTimeout(wait, 10))
    await test.request('talk.stop', { generationId })
    expect((await test.seen(isEnd(generationId))).message.endReason).toBe('cancelled')
  })

  it('stops when told, keeps what is there, and refuses a second answer meanwhile', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    const long = { ...sampling, maxTokens: 5000, seed: null }
    const ask = { conversationId, runId, checkpoint: 'last' as const, prompt: 'slowly', sampling: long }
    const { generationId } = await test.request('talk.generate', ask)
    await expect(test.request('talk.generate', ask)).rejects.toMatchObject({ code: 'generation.busy' })
    await test.seen((e): e is never => e.topic === 'generation' && e.kind === 'text')
    await test.request('talk.stop', { generationId })
    const end = await test.seen(isEnd(generationId))
    expect(end.message.endReason).toBe('cancelled')
    expect(end.message.text.length).toBeGreaterThan(0)
  })

  it('tells whoever comes later what is being written, so that its events go on from there', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    expect(await test.request('talk.writing', {})).toBeNull()
    const long = { ...sampling, maxTokens: 5000, seed: null }
    const ask = { conversationId, runId, checkpoint: 'last' as const, prompt: 'slowly', sampling: long }
    const { generationId, messageId } = await test.request('talk.generate', ask)
    expect(test.events.find((event) => event.topic === 'generation')).toMatchObject({ kind: 'begin', seq: 0 })
    await test.seen((e): e is never => e.topic === 'generation' && e.kind === 'text')
    const late = await test.request('talk.writing', {})
    expect(late).toMatchObject({ generationId, messageId, conversationId })
    const before = test.events.flatMap((e) => (e.topic === 'generation' && e.kind === 'text' ? [e] : []))
    expect(late?.text).toBe(before.map(({ text }) => text).join(''))
    expect(late?.seq).toBe(before.at(-1)?.seq)
    await test.request('talk.stop', { generationId })
    const { message } = await test.seen(isEnd(generationId))
    const after = test.events.flatMap((e) => (e.topic === 'generation' && e.kind === 'text' ? [e] : []))
    const rest = after.filter(({ seq }) => seq > (late?.seq ?? 0))
    expect((late?.text ?? '') + rest.map(({ text }) => text).join('')).toBe(message.text)
    expect(await test.request('talk.writing', {})).toBeNull()
  })

  it('survives a generator that dies: the next prompt starts another', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    const long = { ...sampling, maxTokens: 5000 }
    const ask = { conversationId, runId, checkpoint: 'last' as const, prompt: 'slowly', sampling: long }
    const { generationId } = await test.request('talk.generate', ask)
    await test.seen((e): e is never => e.topic === 'generation' && e.kind === 'text')
    test.backend.services.generator.close() // kills it in the middle of a word
    const end = await test.seen(isEnd(generationId))
    expect(end).toMatchObject({ error: { code: 'job.killed' }, message: { endReason: 'failed' } })
    const next = await test.request('talk.generate', { ...ask, prompt: 'b', sampling })
    expect((await test.seen(isEnd(next.generationId))).message.text).toBe('sssss')
  })

  it('deletes and restores', async () => {
    const test = openBackend()
    const runId = await trained(test)
    const { conversationId } = await test.request('talk.create', { runId })
    await test.request('talk.rename', { conversationId, title: 'Mine' })
    await test.request('talk.delete', { conversationId })
    expect(await test.request('talk.list', {})).toEqual([])
    expect((await test.request('talk.restore', { conversationId })).title).toBe('Mine')
  })

  it('needs something saved', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
    const overrides = { samplePrompt: 'slowly' }
    const { config } = await test.request('runs.plan', { corpusId, choice, overrides })
    const { runId } = await test.request('runs.start', { corpusId, config })
    const { conversationId } = await test.request('talk.create', { runId })
    const ask = { conversationId, runId, checkpoint: 'last' as const, prompt: 'a', sampling }
    await expect(test.request('talk.generate', ask)).rejects.toMatchObject({ code: 'run.noCheckpoint' })
  })
})
