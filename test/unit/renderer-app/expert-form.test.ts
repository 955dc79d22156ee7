import { describe, expect, it } from 'vitest'
import { runFields } from '../../../src-preload/contract/limits'
import { fieldGroups, fieldsShown, groupOf, matchesSearch } from '../../../src-renderer/composables/expertForm'

describe('the expert form', () => {
  it('shows every field of some kind of model, and none that does nothing', () => {
    const shown = new Set((['gpt', 'lstm', 'llama'] as const).flatMap(fieldsShown))
    expect([...shown, 'model'].sort()).toEqual([...runFields].sort())
    expect(fieldsShown('lstm')).not.toContain('nHead')
    expect(fieldsShown('gpt')).not.toContain('norm')
  })

  it('has a place for every field', () => {
    expect(fieldsShown('llama').every((field) => fieldGroups.includes(groupOf(field)))).toBe(true)
  })

  it.each([
    ['', true],
    ['learning', true],
    ['LEARN rate', true],
    ['  rate ', true],
    ['dropout', false],
    ['learning dropout', false],
  ])('“%s” finds the learning rate: %s', (search, found) => {
    expect(matchesSearch(search.trim(), ['learningRate', 'Learning rate', 'How large each correction is.'])).toBe(found)
  })
})
