import type { RunEvent } from '../../src-preload/contract/events'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { clock } from './durations'
import { jsonLine, line, overwrite } from './output'
import { texts } from './text'

/** Shows a training as it goes. */
export interface Progress {
  event(event: RunEvent): void
  end(): void
}

/** One object a line: the rows as the database has them, with their type. */
export function jsonProgress(): Progress {
  const event = (e: RunEvent): void => {
    switch (e.kind) {
      case 'steps':
        for (const row of e.rows) jsonLine({ type: 'step', ...row })
        break
      case 'eval':
        jsonLine({ type: 'eval', ...e.row })
        break
      case 'sample':
        jsonLine({ type: 'sample', ...e.sample })
        break
      case 'checkpoint':
        jsonLine({ type: 'checkpoint', ...e.checkpoint })
        break
      case 'tier':
        jsonLine({ type: 'tier', step: e.step, tier: e.tier, precision: e.precision, timings: e.timings })
        break
      case 'rollback':
        jsonLine({ type: 'rollback', ...e.rollback })
        break
      case 'stage':
      case 'state':
        break
    }
  }
  return { event, end: () => undefined }
}

const barWidth = 12

/** A bar that stays on its line where there is a terminal; else a line for each evaluation. */
export function textProgress(run: RunRecord, terminal: boolean): Progress {
  let lossNats: number | null = null
  let valLossNats: number | null = null
  let stage = ''
  let engineSaid = false
  let first: { step: number; elapsedMs: number } | null = null

  const status = (step: number, elapsedMs: number, tokensPerSecond: number): string => {
    first ??= { step, elapsedMs }
    const perStep = step > first.step ? (elapsedMs - first.elapsedMs) / (step - first.step) : 0
    const left = perStep > 0 ? `  ${clock(perStep * (run.maxSteps - step))} ${texts.left}` : ''
    const losses = [
      lossNats === null ? '' : `  ${texts.loss} ${lossNats.toFixed(3)}`,
      valLossNats === null ? '' : `  ${texts.valLoss} ${valLossNats.toFixed(3)}`,
    ].join('')
    return `${step}/${run.maxSteps}${losses}  ${Math.round(tokensPerSecond)} ${texts.tokensPerSecond}${left}`
  }

  const bar = (step: number): string => {
    const full = Math.round((barWidth * step) / run.maxSteps)
    return `[${'#'.repeat(full)}${'.'.repeat(Math.max(0, barWidth - full))}] `
  }

  const event = (e: RunEvent): void => {
    switch (e.kind) {
      case 'steps': {
        const row = e.rows.at(-1)
        if (row === undefined) break
        lossNats = row.lossNats
        const text = status(row.step, row.elapsedMs, row.tokensPerSecond)
        if (terminal) overwrite(bar(row.step) + text)
        break
      }
      case 'eval': {
        valLossNats = e.row.valLossNats
        const elapsed = e.row.elapsedMs / 1000
        const text = status(e.row.step, e.row.elapsedMs, elapsed > 0 ? e.row.tokens / elapsed : 0)
        if (!terminal) line(text)
        break
      }
      case 'stage': {
        const text = texts.stage(e.stage)
        if (text === stage || e.stage === 'training' || e.stage === 'evaluating' || e.stage === 'saving') break
        stage = text
        if (terminal) overwrite(text)
        else line(text)
        break
      }
      case 'state':
        if (engineSaid || e.run.engine === null || e.run.state !== 'running') break
        engineSaid = true
        if (terminal) overwrite('')
        line(texts.engine(e.run.engine))
        if (e.run.resumedFrom !== null) line(texts.resumedFrom(e.run.resumedFrom))
        break
      case 'rollback':
        if (terminal) overwrite('')
        line(texts.rollback(e.rollback))
        break
      case 'sample':
      case 'checkpoint':
      case 'tier':
        break
    }
  }
  const end = (): void => {
    if (terminal) line('')
  }
  return { event, end }
}
