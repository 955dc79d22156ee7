import { describe, expect, it } from 'vitest'
import { comparedFacts, evalFacts, runFacts } from '../../../src-main/cli/facts'
import { detail, record } from '../renderer-stores/records'

describe('the facts of a run on the command line', () => {
  it('are named in words and leave out what is not known yet', () => {
    const facts = Object.fromEntries(runFacts(detail({ parameterCount: 1_843_200, trainedMs: 3_723_000 })))
    expect(facts).toMatchObject({
      Model: 'gpt, 1,843,200 parameters',
      Vocabulary: '512 tokens',
      Step: '0 of 100',
      'Training time': '1 h 2 min 3 s',
    })
    expect(facts).not.toHaveProperty('Best validation loss')
    expect(facts).not.toHaveProperty('Ended')
  })

  it('give each run a column', () => {
    const runs = [record({ name: 'One', bestValLossNats: 2.5 }), record({ name: 'Two', trainedMs: 65_000 })]
    const rows = comparedFacts(runs)
    expect(rows[0]).toEqual(['', 'One', 'Two'])
    expect(rows).toContainEqual(['Best validation loss', '2.5000', '–'])
    expect(rows).toContainEqual(['Training time', '0 s', '1 min 5 s'])
  })

  it('show an evaluation with its units', () => {
    const row = { seq: 1, step: 1200, tokens: 2_457_600, elapsedMs: 1, valLossNats: 2.214, perplexity: 9.152 }
    expect(evalFacts({ ...row, bitsPerByte: 0.9631, accuracy: 0.4119 })).toEqual([
      ['Step', '1,200'],
      ['Validation loss', '2.2140'],
      ['Perplexity', '9.15'],
      ['Bits per byte', '0.9631'],
      ['Next token predicted', '41.2 %'],
      ['Tokens trained on', '2,457,600'],
    ])
  })
})
