import { describe, expect, it } from 'vitest'
import { shellText, texts } from '../../../src-main/shell/text'

const keys = (value: object): string[] =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null ? keys(inner).map((below) => `${key}.${below}`) : [key],
  )

describe('shellText', () => {
  it('says everything in both languages', () => {
    expect(keys(texts['zh-CN'])).toEqual(keys(texts.en))
  })
  it('follows the setting, then the system', () => {
    expect(shellText('zh-CN', ['en-US'])).toBe(texts['zh-CN'])
    expect(shellText('en', ['zh-CN'])).toBe(texts.en)
    expect(shellText('system', ['de-DE', 'zh-Hans-CN', 'en'])).toBe(texts['zh-CN'])
    expect(shellText('system', ['en-GB', 'zh-CN'])).toBe(texts.en)
    expect(shellText('system', ['fr', 'zha'])).toBe(texts.en)
  })
})
