import { describe, expect, it } from 'vitest'
import { errorCodes, type ErrorCode } from '../../../src-preload/contract/errors'
import { runFields, runLimits } from '../../../src-preload/contract/limits'
import { runState } from '../../../src-preload/contract/records/runs'
import { useFormat } from '../../../src-renderer/composables/useFormat'
import { en } from '../../../src-renderer/text/en/messages'
import { flatten, i18n, localeFor } from '../../../src-renderer/text/i18n'
import { zhCN } from '../../../src-renderer/text/zh-CN/messages'

const english = flatten(en)
const chinese = flatten(zhCN)
const keys = Object.keys(english)
const placeholders = (text = ''): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
const codes = Object.keys(errorCodes) as ErrorCode[]

describe('both languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
  })

  it('have the same placeholders everywhere and no empty text', () => {
    const unlike = keys.filter((key) => placeholders(chinese[key]).join() !== placeholders(english[key]).join())
    const empty = keys.filter((key) => !english[key]?.trim() || !chinese[key]?.trim())
    expect(unlike).toEqual([])
    expect(empty).toEqual(['fields.unit.none'])
  })

  it.each(['en', 'zh-CN'] as const)('compile and fill in: %s', (locale) => {
    const translate = i18n.global.t as (key: string, params: object, options: object) => string
    const broken = keys.filter((key) => {
      const params = Object.fromEntries(placeholders(english[key]).map((name) => [name.slice(1, -1), 'X']))
      const text = translate(key, params, { locale })
      return text.includes('{') || text === key
    })
    expect(broken).toEqual([])
  })

  it('write Chinese in Chinese, except for names and signs', () => {
    const names =
      /^(app\.(name|unknown|model\..*|engine\.tensorflow)|fields\.(option\.(model|norm|precision|tokenizer\.bpe|compile\.xla|positions\.rotary|optimizer\.adamw|activation\.gelu|engine\.tensorflow)|unit\.none|field\.(epsilon|beta2)).*|run\.details\.precision\..*|newRun\.kind\..*\.name|settings\.(language\.en|about\.(version|runtime)))$/
    const plain = Object.keys(chinese).filter((key) => !names.test(key) && !/\p{Script=Han}/u.test(chinese[key] ?? ''))
    expect(plain.filter((key) => !/^[\W\d]*(\{\w+\}[\W\d]*)*$/.test(chinese[key] ?? ''))).toEqual([])
  })

  it('use full-width brackets and colons in Chinese, around what is filled in too', () => {
    const half = Object.entries(chinese).filter(([, text]) =>
      /\p{Script=Han}\s?[(]|[)]\p{Script=Han}|[({]\{|\}\)|\}:/u.test(text),
    )
    expect(half).toEqual([])
  })

  it('puts no space between 万 and the word it counts', () => {
    i18n.global.locale.value = 'zh-CN'
    const { compact } = useFormat()
    const translate = i18n.global.t as (key: string, params: object) => string
    expect(translate('run.facts', { model: 'GPT', parameters: compact(867_000), corpus: '甲' })).toContain(
      '86.7万个参数',
    )
    expect(translate('run.progress.speedValue', { n: compact(23_400) })).toBe('每秒 2.3万个词元')
    i18n.global.locale.value = 'en'
  })

  it('use full-width punctuation after Chinese characters', () => {
    const half = Object.entries(chinese).filter(([, text]) => /\p{Script=Han}[,;:!?](?!\w)/u.test(text))
    expect(half).toEqual([])
  })
})

describe('errors', () => {
  it('each say what happened and what to do', () => {
    for (const messages of [en, zhCN]) {
      expect(Object.keys(messages.errors).sort()).toEqual(codes.sort())
      for (const code of codes) {
        const { title, body } = messages.errors[code]
        expect(title, code).not.toMatch(/[.。]$/)
        expect(body, code).toMatch(/[.。]$/)
      }
    }
  })
})

describe('settings of a run', () => {
  it('each have a label, an explanation, and a name for each option', () => {
    for (const messages of [english, chinese]) {
      for (const field of runFields) {
        const limit = runLimits[field]
        const needed = [
          `fields.field.${field}.label`,
          `fields.field.${field}.help`,
          `fields.group.${limit.group}.label`,
        ]
        if (limit.kind === 'number') needed.push(`fields.unit.${limit.unit}`)
        if (limit.kind === 'choice') needed.push(...limit.options.map((option) => `fields.option.${field}.${option}`))
        expect(needed.filter((key) => messages[key] === undefined)).toEqual([])
      }
      for (const state of runState.options) expect(messages[`app.state.${state}`]).toBeTruthy()
    }
  })
})

describe('localeFor', () => {
  it.each([
    [['zh-Hans-CN', 'en'], 'zh-CN'],
    [['zh-TW'], 'zh-CN'],
    [['de-DE', 'en-GB', 'zh'], 'en'],
    [['de-DE', 'zh', 'en'], 'zh-CN'],
    [[], 'en'],
  ] as const)('%j → %s', (preferred, expected) => {
    expect(localeFor(preferred)).toBe(expected)
  })
})
