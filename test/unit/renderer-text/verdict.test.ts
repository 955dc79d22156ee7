import { describe, expect, it } from 'vitest'
import { isImproving, verdicts } from '../../../src-renderer/composables/verdict'
import { en } from '../../../src-renderer/text/en/messages'
import { zhCN } from '../../../src-renderer/text/zh-CN/messages'

const tenses = ['now', 'then'] as const
const says = { en: en.run.verdict, 'zh-CN': zhCN.run.verdict }

describe('the sentence of a verdict', () => {
  it.each(verdicts)('%s: of a run that is over it is another one than while it trains', (verdict) => {
    for (const words of Object.values(says)) expect(words.then[verdict]).not.toBe(words.now[verdict])
  })

  it('speaks in the past of a run that is over', () => {
    for (const verdict of verdicts) {
      // “is saved”, “don’t help”: what still holds.
      expect(says.en.then[verdict], verdict).toMatch(/\b(?:was|were|learned|ended|memorized|made|jumped)\b/)
      expect(says.en.then[verdict], verdict).not.toMatch(
        /\b(?:learning\.|\w+izing|keeps|still improving on unseen text,)/,
      )
      expect(says['zh-CN'].then[verdict], verdict).not.toMatch(/刚启动|刚刚|到目前为止|正在(?!上升)/)
    }
  })

  it('speaks of progress only where there is some', () => {
    const better = { en: /\bbetter\b|\bimprov/i, 'zh-CN': /越来越好|进步|更好/ }
    for (const verdict of verdicts) {
      for (const tense of tenses) {
        for (const language of ['en', 'zh-CN'] as const) {
          const said = better[language].test(says[language][tense][verdict])
          expect(said, `${language} ${tense} ${verdict}`).toBe(isImproving(verdict))
        }
      }
    }
  })
})
