import { afterEach, describe, expect, it } from 'vitest'
import type { NamePart } from '../../../src-preload/contract/run-name'
import { phraseFor } from '../../../src-renderer/composables/namePhrase'
import { useText } from '../../../src-renderer/composables/useText'
import { i18n } from '../../../src-renderer/text/i18n'

const phrase = phraseFor(useText(), ({ value }) => String(value))
afterEach(() => {
  i18n.global.locale.value = 'en'
})

describe('the words of an automatic name', () => {
  it.each([
    [{ kind: 'size', size: 'small' }, 'small', '小型'],
    [{ kind: 'length', length: 'quick' }, 'quick', '快速'],
    [{ kind: 'model', model: 'gpt' }, 'GPT-2', 'GPT-2'],
    [{ kind: 'twice', field: 'nLayer' }, 'twice the layers', '层数加倍'],
    [{ kind: 'divided', field: 'learningRate', by: 10 }, 'learning rate ÷ 10', '学习率 ÷ 10'],
    [{ kind: 'value', field: 'activationCheckpointing', value: 'on' }, 'activation checkpointing on', '激活重计算 on'],
  ] satisfies [NamePart, string, string][])('%j', (part, en, zh) => {
    expect(phrase(part)).toBe(en)
    i18n.global.locale.value = 'zh-CN'
    expect(phrase(part)).toBe(zh)
  })
})
