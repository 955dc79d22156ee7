import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openingsIn } from '../../../src-main/backend/services/openings'
import { openBackend } from './backend'

const sample = (name: string): string => readFileSync(join('resources/sample', `${name}.txt`), 'utf8')

describe('openings', () => {
  it.each([
    ['en', 15, 40],
    ['zh-CN', 4, 10],
  ] as const)('of the sample text in %s are beginnings of its sentences, short, each once', (name, least, most) => {
    const text = sample(name)
    const openings = openingsIn([text])
    expect(openings.length).toBeGreaterThan(300)
    expect(new Set(openings).size).toBe(openings.length)
    for (const opening of openings) {
      expect(text).toMatch(new RegExp(`(?:^|[.!?。！？…”"’]\\s*|\\n)${opening}`, 'u'))
      expect(opening.length).toBeGreaterThanOrEqual(Math.min(least, 4))
      expect(opening.length).toBeLessThanOrEqual(most)
    }
    const headings = text.split('\n').filter((line) => line.startsWith('#'))
    expect(openings.filter((opening) => headings.includes(`# ${opening}`))).toEqual([])
  })

  it('joins lines that a program wrapped, and leaves out headings, addresses, lists and what comes again', () => {
    const text = `CHAPTER ONE

The Old Mill
The miller of Willowbend had a dog that nobody could
teach anything. It slept by the wheel all day.

See https://example.org for more of this kind, and write to us.
All rights of this edition are reserved.
- A list of things that is no sentence of the story.
All rights of this edition are reserved.

lower case begins no page, whatever it says.
Winter came early that year.`
    expect(openingsIn([text])).toEqual(['The miller of Willowbend', 'Winter came early that', 'It slept by the'])
  })
})

describe('starters', () => {
  it('are always the same for a run, and its sample prompt once its text is in the trash', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
    const start = async (): Promise<string> => {
      const overrides = { maxSteps: 2, warmupSteps: 0, samplePrompt: 'Once' }
      const { config } = await test.request('runs.plan', { corpusId, choice, overrides })
      const { runId } = await test.request('runs.start', { corpusId, config })
      await test.runState(runId, 'done')
      return runId
    }
    const runId = await start()
    const starters = await test.request('talk.starters', { runId })
    expect(starters).toHaveLength(3)
    expect(openingsIn([sample('en')])).toEqual(expect.arrayContaining(starters))
    expect(new Set(starters.map((one) => one.split(' ')[0])).size).toBe(3)
    expect(await test.request('talk.starters', { runId })).toEqual(starters)
    expect(await test.request('talk.starters', { runId: await start() })).not.toEqual(starters)

    await test.request('corpora.delete', { corpusId })
    expect(await test.request('talk.starters', { runId })).toEqual(['Once'])
    await test.request('corpora.restore', { corpusId })
    expect(await test.request('talk.starters', { runId })).toEqual(starters)
  })
})
