import { describe, expect, it } from 'vitest'
import { texts as shell } from '../../../src-main/shell/text'
import { en } from '../../../src-renderer/text/en/messages'
import { flatten } from '../../../src-renderer/text/i18n'
import { zhCN } from '../../../src-renderer/text/zh-CN/messages'

/** The rules of docs/words.md that a machine can hold a sentence against. */
const english = { ...flatten(en), ...flatten({ shell: { ...shell.en } }) }
const chinese = { ...flatten(zhCN), ...flatten({ shell: { ...shell['zh-CN'] } }) }

/** Invented or translated words, with what to write. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/\bpieces?\b/i, 'token'],
  [/reading window/i, 'context length'],
  [/\blevell(?:ing|ed)\b/i, 'normalization, no longer improving'],
  [/\bswitches inside\b/i, 'activation function'],
  [/gradient (?:length|limit)/i, 'gradient norm, gradient clipping'],
  [/\b(?:carry|carried|carrying) on\b|\bgo(?:es|ing)? on\b/i, 'resume, continue'],
  [/\bprobability kept\b|\bkept on\b/i, 'top-p, saved'],
  [/\btalk(?:s|ed|ing)? (?:to|from)\b/i, 'write, try'],
  [/\b(?:is|was|be) told\b/i, 'shown'],
  [/as if choosing/i, 'perplexity'],
  [/engine room/i, 'background process'],
  [/\bby heart\b/i, 'memorize'],
  [/\bmade up\b/i, 'automatic'],
  [/\bat present\b|\bmeanwhile, more\b/i, 'now'],
  [/\bit is\b[^.]*\bthat\b/i, 'a sentence with who does it first'],
  [/\b(?:cannot|can not|is not|are not|does not|do not)\b/i, 'can’t, isn’t, aren’t, doesn’t, don’t'],
  [/\b(?:colours?|licences?|cancelled)\b/i, 'US spelling'],
  [/'/, '’'],
  [/\.\.\./, '…'],
]
const bannedChinese: readonly (readonly [RegExp, string])[] = [
  [/词片/, '词元'],
  [/阅读窗口/, '上下文长度'],
  [/未见文本/, '没见过的文本，验证'],
  [/内部开关/, '激活函数'],
  [/各层的起点/, '输出投影的初始值'],
  [/重算代替保存/, '激活重计算'],
  [/梯度长度/, '梯度范数'],
  [/相当于在.*选择/, '困惑度'],
  [/资料文件夹/, '数据文件夹'],
]

function found(texts: Readonly<Record<string, string>>, rules: readonly (readonly [RegExp, string])[]): string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    rules.filter(([rule]) => rule.test(text)).map(([, better]) => `${key}: “${text}” (better: ${better})`),
  )
}

/** Labels of buttons: verbs, short enough not to wrap. */
const isButton = (key: string): boolean =>
  /(?:^|\.)action(?:\.\w+)?$|\.(?:start|measure|add|choose|train|send)$/.test(key) && !/Help$|Wait$/.test(key)

/** In either plural form, without what is filled in. */
const isLonger = (text: string, length: number): boolean =>
  text.split(' | ').some((form) => form.replaceAll(/\{\w+\}/g, '').length > length)

describe('words', () => {
  it('has none of the invented ones', () => {
    expect(found(english, banned)).toEqual([])
    expect(found(chinese, bannedChinese)).toEqual([])
  })

  it('is written in sentence case, without a full stop on labels', () => {
    const labels = Object.entries(english).filter(([key]) => isButton(key) || /\.(?:title|label)$/.test(key))
    expect(labels.length).toBeGreaterThan(80)
    const stopped = labels.filter(([, text]) => /[.。]$/.test(text))
    const names =
      /^(?:Homegrown|Settings|History|Start|Adam|Muon|Python|NVIDIA|GPT|LSTM|Qwen|Llama|XLA|BPE|QK|Escape|Esc|Node|TensorFlow|Top|Beta|Undo)$/
    const titled = labels.filter(([, text]) =>
      (text.match(/(?<=[a-z’]\s)[A-Z][a-z]+/g) ?? []).some((word) => !names.test(word)),
    )
    expect(stopped).toEqual([])
    expect(titled.map(([key, text]) => `${key}: ${text}`)).toEqual([])
  })

  it('keeps buttons short', () => {
    const long = [
      ...Object.entries(english).filter(([key, text]) => isButton(key) && isLonger(text, 28)),
      ...Object.entries(chinese).filter(([key, text]) => isButton(key) && isLonger(text, 14)),
    ]
    expect(long).toEqual([])
  })

  it('says one and many where a number counts a word', () => {
    const counting = Object.entries(english).filter(([, text]) => /\{n\} [a-z]+s\b/.test(text))
    const unbalanced = counting.filter(([key, text]) => !text.includes(' | ') && !unitsOfMany.test(key))
    expect(unbalanced).toEqual([])
    const forms = Object.entries(english).filter(([, text]) => text.includes(' | '))
    expect(forms.filter(([, text]) => text.split(' | ').length !== 2)).toEqual([])
  })
})

/** Numbers of which there is never one alone. */
const unitsOfMany =
  /^(?:run\.progress\.speedValue|talk\.facts\.(?:speed|tokens)|run\.standing\.doneEarly|history\.tooMany|.*Many)$/
