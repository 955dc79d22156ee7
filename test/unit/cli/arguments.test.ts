import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readArguments, wantsJson } from '../../../src-main/cli/arguments'
import { findRun } from '../../../src-main/cli/find-run'
import { help, helpFor } from '../../../src-main/cli/help'
import { commandNames, commandOf } from '../../../src-main/cli/commands'
import { exitCodes } from '../../../src-main/cli/exit-codes'
import { errorSentence } from '../../../src-main/cli/error-text'
import { checkMeaning, choiceOf, nameOf, numberOf, samplingOf, settingsOf } from '../../../src-main/cli/values'
import { errorCodes, type ErrorCode } from '../../../src-preload/contract/errors'
import { runFields, runLimits } from '../../../src-preload/contract/limits'
import type { RunRecord } from '../../../src-preload/contract/records/runs'

const refused = (code: string) => expect.objectContaining({ code }) as Error
const read = (...args: string[]) => readArguments(args)
const options = (...args: string[]) => read('train', 'a.txt', ...args).options
const settings = (...args: string[]) => settingsOf(options(...args))

describe('arguments', () => {
  it('are a command, operands and options in any order', () => {
    const args = read('--json', 'train', '--model', 'lstm', 'a.txt', '--set', 'nLayer=2', '--set', 'seed=1')
    expect(args).toMatchObject({ command: 'train', operands: ['a.txt'], options: { json: true } })
    expect(settingsOf(args.options)).toEqual({ nLayer: 2, seed: 1 })
    expect(choiceOf(args.options, {})).toEqual({ model: 'lstm', size: 'tiny', length: 'normal' })
  })

  it('a preset names size and length', () => {
    expect(choiceOf(options('--preset', 'small-long'), {})).toMatchObject({ size: 'small', length: 'long' })
    expect(choiceOf(options('--preset', 'large'), {})).toMatchObject({ size: 'large', length: 'normal' })
  })

  it('a kind of model is the same wish in both places, and not two', () => {
    expect(choiceOf(options('--set', 'model=gpt'), settings('--set', 'model=gpt'))).toMatchObject({ model: 'gpt' })
    const both = options('--model', 'lstm', '--set', 'model=gpt')
    expect(() => choiceOf(both, settingsOf(both))).toThrow(refused('arguments.repeated'))
  })

  it.each<[string[], string]>([
    [['teach'], 'arguments.unknownCommand'],
    [['toString'], 'arguments.unknownCommand'],
    [['engine', 'instal', 'cuda'], 'arguments.unknownCommand'],
    [['help', 'teach'], 'arguments.unknownCommand'],
    [['--nonsense'], 'arguments.unknownOption'],
    [['train', 'a', '--nonsense=3'], 'arguments.unknownOption'],
    [['train', 'a', '-x'], 'arguments.unknownOption'],
    [['train', 'a', '--__proto__'], 'arguments.unknownOption'],
    [['runs', '--all'], 'arguments.unknownOption'],
    [['runs', '--version'], 'arguments.unknownOption'],
    [['resume', 'a', '--preset', 'tiny'], 'arguments.unknownOption'],
    [['resume', 'a', '--set', 'learningRate=0.5'], 'arguments.unknownOption'],
    [['engine', 'remove', 'cuda', '--file', 'x'], 'arguments.unknownOption'],
    [['show'], 'arguments.missing'],
    [['train', 'a', '--model'], 'arguments.missing'],
    [['train', 'a', '--name', '--json'], 'arguments.missing'],
    [['show', 'a', 'b'], 'arguments.surplus'],
    [['train', 'a', '--name', 'x', '--name', 'y'], 'arguments.repeated'],
    [['runs', '--json=3'], 'arguments.invalid'],
    [['train', 'a', '--preset', 'huge'], 'arguments.invalid'],
    [['train', 'a', '--preset', 'tiny-quick-x'], 'arguments.invalid'],
    [['train', 'a', '--model', 'rnn'], 'arguments.invalid'],
    [['generate', 'a', 'b', '--checkpoint', 'first'], 'arguments.invalid'],
    [['engine', 'install', 'numpy'], 'arguments.invalid'],
    [['completion', 'tcsh'], 'arguments.invalid'],
  ])('%j: %s', (args, code) => {
    expect(() => readArguments(args)).toThrow(refused(code))
  })

  it('an option that a command does not have is named, with those it has', () => {
    expect(() => read('resume', 'a', '--preset=tiny')).toThrow(
      'resume has no option --preset. It takes --steps, --checkpoint, --less-memory, --json or --help.',
    )
  })

  it.each(['- Ana', '-3', '--', '-- she said', '-', '', '—'])('“%s” is a prompt', (prompt) => {
    const args = prompt === '--' ? ['--', prompt] : [prompt]
    expect(read('generate', '--seed', '3', 'a', ...args).operands).toEqual(['a', prompt])
  })

  it('after -- everything is text', () => {
    expect(read('generate', 'a', '--', '--json')).toMatchObject({ operands: ['a', '--json'], options: {} })
    expect(wantsJson(['generate', 'a', '--', '--json'])).toBe(false)
    expect(wantsJson(['generate', '--json', 'a', '--nonsense'])).toBe(true)
  })

  it('help needs no operands', () => {
    expect(read('generate', '--help')).toMatchObject({ command: 'generate', options: { help: true } })
  })
})

describe('settings', () => {
  it('follow --set, one or several', () => {
    const several = read('train', '--set', 'nLayer=2', 'seed=1', 'book.txt', '--set', 'nHead=1', 'dropout=0')
    expect(settingsOf(several.options)).toEqual({ nLayer: 2, seed: 1, nHead: 1, dropout: 0 })
    expect(several.operands).toEqual(['book.txt'])
    // A file may be called like a setting, as long as it does not follow --set.
    expect(read('train', 'seed=1').operands).toEqual(['seed=1'])
    expect(settings('--set', 'samplePrompt=a=b')).toEqual({ samplePrompt: 'a=b' })
  })

  it.each<[string, string]>([
    ['nLayers=2', 'config.unknownField'],
    ['constructor=2', 'config.unknownField'],
    ['nLayer', 'arguments.invalid'],
    ['nLayer=', 'arguments.invalid'],
    ['nLayer=two', 'arguments.invalid'],
    ['nLayer=1.5', 'arguments.invalid'],
    ['nLayer=0', 'arguments.outOfRange'],
    ['nLayer=1e9', 'arguments.outOfRange'],
    ['learningRate=NaN', 'arguments.invalid'],
    ['learningRate=-1', 'arguments.outOfRange'],
    ['tokenizer=word', 'arguments.invalid'],
    ['compile=fast', 'arguments.invalid'],
    ['model=bert', 'arguments.invalid'],
    ['precision=half', 'arguments.invalid'],
    [`samplePrompt=${'x'.repeat(2001)}`, 'arguments.outOfRange'],
  ])('%.30s: %s', (pair, code) => {
    expect(() => settings('--set', pair)).toThrow(refused(code))
  })

  it('of every kind are held against the one table', () => {
    for (const field of runFields) {
      const limit = runLimits[field]
      if (limit.kind === 'choice') {
        for (const option of limit.options) expect(settings('--set', `${field}=${option}`)).toEqual({ [field]: option })
        expect(() => settings('--set', `${field}=nonsense`)).toThrow(limit.options.at(-1))
      }
      if (limit.kind === 'number') {
        expect(settings('--set', `${field}=${limit.max}`)).toEqual({ [field]: limit.max })
        expect(() => settings('--set', `${field}=${limit.max + 1}`)).toThrow(`Use ${limit.min} to ${limit.max}.`)
      }
    }
  })

  it('that another kind of model has are refused', () => {
    const choice = { model: 'lstm', size: 'tiny', length: 'normal' } as const
    expect(() => {
      checkMeaning({ nHead: 2 }, choice)
    }).toThrow('--set nHead does nothing for a model of kind lstm, only for gpt or llama.')
    expect(() => {
      checkMeaning({ nLayer: 2, learningRate: 1 }, choice)
    }).not.toThrow()
  })
})

describe('numbers', () => {
  const steps = { min: 1, max: 1_000_000, integer: true }
  const said: string[] = []
  beforeEach(() => {
    said.length = 0
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
    onTestFinished(() => {
      write.mockRestore()
    })
  })

  it.each([
    ['10000', 10_000, null],
    ['10,000', 10_000, '“--steps 10,000” is read as 10000.\n'],
    ['10 000', 10_000, '“--steps 10 000” is read as 10000.\n'],
    ['1e3', 1000, '“--steps 1e3” is read as 1000.\n'],
  ])('%s is %d, and said back where it is written otherwise', (text, value, echo) => {
    expect(numberOf('--steps ', text, steps)).toBe(value)
    expect(said).toEqual(echo === null ? [] : [echo])
  })

  it.each([
    ['10.000', '“--steps 10.000” is ambiguous. Write 10 or 10000.'],
    ['0,8', '“--steps 0,8” is ambiguous. If that is what you mean, write 0.8.'],
    ['ten', '“--steps ten” is not a number.'],
    ['', '“--steps ” is not a number.'],
    ['1.5', '“--steps 1.5” is not a whole number.'],
    ['0', '“--steps 0” is out of range. Use 1 to 1000000.'],
  ])('%s is refused', (text, sentence) => {
    expect(() => numberOf('--steps ', text, steps)).toThrow(sentence)
    expect(said).toEqual([])
  })

  it.each([
    ['temperature', '5', 'Use 0 to 3.'],
    ['temperature', '0,8', 'write 0.8'],
    ['top-k', '1.5', 'whole number'],
    ['top-p', '0', 'Use 0.01 to 1.'],
    ['max-tokens', '0', 'Use 1 to 8192.'],
    ['seed', '-1', 'Use 0 to 2147483647.'],
    ['stop', '', '1 to 100 characters'],
  ])('--%s %s: says what is allowed', (option, value, sentence) => {
    expect(() => samplingOf(read('generate', 'a', 'b', `--${option}`, value).options)).toThrow(sentence)
  })
})

describe('names', () => {
  it.each(['', '   ', '\u00a0', 'x'.repeat(121)])('“%.5s” is refused', (name) => {
    expect(() => nameOf(name)).toThrow(refused('arguments.invalid'))
  })

  it('are as the contract has them', () => {
    expect(nameOf(' My tales ')).toBe('My tales')
    expect(nameOf('x'.repeat(120))).toHaveLength(120)
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

  it('help names every command and exit code; help of a command its options; that of train every setting', () => {
    for (const name of commandNames) {
      expect(help()).toContain(name)
      for (const option of commandOf(name).options) expect(helpFor(name)).toContain(`--${option}`)
    }
    for (const code of Object.values(exitCodes)) expect(help()).toMatch(new RegExp(`^ +${code}  `, 'm'))
    for (const field of runFields) expect(helpFor('train')).toContain(field)
  })
})
