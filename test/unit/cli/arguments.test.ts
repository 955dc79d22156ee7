import { describe, expect, it } from 'vitest'
import { choiceOf, operandsOf, readArguments, settingsOf, UsageError } from '../../../src-main/cli/arguments'
import { findRun } from '../../../src-main/cli/find-run'
import { help } from '../../../src-main/cli/help'
import { errorSentence } from '../../../src-main/cli/text'
import { errorCodes, type ErrorCode } from '../../../src-preload/contract/errors'
import { runFields } from '../../../src-preload/contract/limits'
import type { RunRecord } from '../../../src-preload/contract/records'

const options = (...args: string[]) => readArguments(args).options

describe('arguments', () => {
  it('are a command, operands and options in any order', () => {
    const args = readArguments(['train', '--model', 'lstm', 'a.txt', '--json', '--set', 'nLayer=2', '--set', 'seed=1'])
    expect(args).toMatchObject({ command: 'train', operands: ['a.txt'] })
    expect(settingsOf(args.options)).toEqual({ nLayer: 2, seed: 1 })
    expect(choiceOf(args.options)).toEqual({ model: 'lstm', size: 'tiny', length: 'normal' })
  })

  it('a preset names size and length', () => {
    expect(choiceOf(options('--preset', 'small-long'))).toMatchObject({ size: 'small', length: 'long' })
    expect(choiceOf(options('--preset', 'large'))).toMatchObject({ size: 'large', length: 'normal' })
  })

  it.each([['--nonsense'], ['--model'], ['--json=3']])('%s is refused', (arg) => {
    expect(() => readArguments([arg])).toThrow(UsageError)
  })

  it.each([
    ['--preset', 'huge'],
    ['--preset', 'tiny-quick-x'],
    ['--model', 'rnn'],
  ])('%s %s is refused', (name, value) => {
    expect(() => choiceOf(options(name, value))).toThrow(UsageError)
  })

  it('a setting has a known name and a number where one is needed', () => {
    const several = readArguments(['train', '--set', 'nLayer=2', 'seed=1', 'book.txt', '--set', 'nHead=1', 'dropout=0'])
    expect(settingsOf(several.options)).toEqual({ nLayer: 2, seed: 1, nHead: 1, dropout: 0 })
    expect(several.operands).toEqual(['book.txt'])
    // A file may be called like a setting, as long as it does not follow --set.
    expect(readArguments(['train', 'seed=1']).operands).toEqual(['seed=1'])
    expect(settingsOf(options('--set', 'samplePrompt=a=b'))).toEqual({ samplePrompt: 'a=b' })
    expect(() => settingsOf(options('--set', 'nLayers=2'))).toThrow(
      expect.objectContaining({ code: 'config.unknownField' }) as Error,
    )
    expect(() => settingsOf(options('--set', 'nLayer=two'))).toThrow(UsageError)
    expect(() => settingsOf(options('--set', 'nLayer='))).toThrow(UsageError)
    expect(() => settingsOf(options('--set', 'nLayer'))).toThrow(UsageError)
  })

  it('operands are neither missing nor too many', () => {
    expect(() => operandsOf(readArguments(['show']), 'RUN')).toThrow('RUN is missing.')
    expect(() => operandsOf(readArguments(['show', 'a', 'b']), 'RUN')).toThrow(UsageError)
  })
})

describe('findRun', () => {
  const run = (runId: string, name: string) => ({ runId, name }) as RunRecord
  const runs = [run('run_abc123', 'one'), run('run_abd456', 'two'), run('run_xyz789', 'two'), run('run_nnn', 'abc')]

  it('takes an id, the beginning of one, or a name', () => {
    expect(findRun(runs, 'run_abc123').name).toBe('one')
    expect(findRun(runs, 'run_x').runId).toBe('run_xyz789')
    expect(findRun(runs, 'abd').runId).toBe('run_abd456')
    expect(findRun(runs, 'one').runId).toBe('run_abc123')
    // A name is what a person gave: it comes before the beginning of another's id.
    expect(findRun(runs, 'abc').runId).toBe('run_nnn')
  })

  it.each([
    ['two', 'run.ambiguous'],
    ['run_ab', 'run.ambiguous'],
    ['nothing', 'run.notFound'],
    ['', 'run.notFound'],
  ])('"%s" is %s', (wish, code) => {
    expect(() => findRun(runs, wish)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

describe('sentences', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])('%s: one sentence, with and without its parameters', (code) => {
    const sentence = errorSentence({ code, params: {} })
    expect(sentence).toMatch(/^[A-Z].*[.]$/)
    expect(sentence).not.toMatch(/[{}\n]|undefined| {2}/)
  })

  it('show what they are about', () => {
    expect(errorSentence({ code: 'run.notFound', params: { runId: 'abc' } })).toContain('abc')
    expect(errorSentence({ code: 'config.outOfRange', params: { field: 'nLayer', min: 1, max: 48 } })).toBe(
      'The setting nLayer must be between 1 and 48.',
    )
  })

  it('help names every setting', () => {
    for (const field of runFields) expect(help()).toContain(field)
  })
})
