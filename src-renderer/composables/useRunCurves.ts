import { computed, type ComputedRef } from 'vue'
import { useRunStore } from '../stores/run'
import type { XAxis } from './chart/axis'
import { CurveBuffer, type StepColumn } from './chart/curveBuffer'
import { curveStyle } from './chart/palette'
import { smooth } from './chart/smoothing'
import type { Curve } from './chart/useLineChart'
import { usePacedVersion } from './usePacedVersion'
import { useText } from './useText'

export interface CurveChoice {
  readonly xAxis: XAxis
  /** 0 to 0.99. */
  readonly smoothing: number
  readonly dark: boolean
}

const xColumns = { step: 'step', time: 'elapsedMs', tokens: 'tokens' } as const satisfies Record<XAxis, StepColumn>

/** The smoothed training loss of a run, or the plain one when smoothing is off. */
export function trainingCurve(curves: CurveBuffer, choice: CurveChoice): Pick<Curve, 'kind' | 'length' | 'xs' | 'ys'> {
  const { length } = curves
  const xs = curves.column(xColumns[choice.xAxis])
  const losses = curves.column('lossNats')
  return { kind: 'line', length, xs, ys: choice.smoothing > 0 ? smooth(xs, losses, length, choice.smoothing) : losses }
}

export function validationCurve(curves: CurveBuffer, xAxis: XAxis): Pick<Curve, 'kind' | 'length' | 'xs' | 'ys'> {
  const { evals } = curves
  return {
    kind: 'marked',
    length: evals.length,
    xs: evals.map((row) => row[xColumns[xAxis]]),
    ys: evals.map((row) => row.valLossNats),
  }
}

/** The curves of the open run; rebuilt when its store says that something came. */
export function useRunCurves(choice: () => CurveChoice): {
  readonly loss: ComputedRef<Curve[]>
  readonly one: (column: 'learningRate' | 'gradNorm' | 'tokensPerSecond') => Curve[]
} {
  const store = useRunStore()
  const { t } = useText()

  const version = usePacedVersion()

  /** Reading the version is what ties a computed to the buffer, which is not reactive. */
  const current = (): CurveBuffer => (version.value >= 0 ? store.curves : new CurveBuffer())

  const loss = computed<Curve[]>(() => {
    const curves = current()
    const now = choice()
    const style = curveStyle(0, now.dark)
    const training = trainingCurve(curves, now)
    const low = curves.column('minLossNats')
    const high = curves.column('maxLossNats')
    return [
      {
        ...training,
        ys: curves.column('lossNats'),
        id: 'raw',
        label: t('run.chart.raw'),
        kind: 'raw',
        style,
        low,
        high,
      },
      {
        ...training,
        id: 'training',
        label: now.smoothing > 0 ? t('run.chart.training') : t('run.chart.trainingPlain'),
        style,
      },
      {
        ...validationCurve(curves, now.xAxis),
        id: 'validation',
        label: t('run.chart.validation'),
        style: { ...curveStyle(1, now.dark) },
      },
    ]
  })

  const labels = {
    learningRate: 'run.chart.learningRate',
    gradNorm: 'run.chart.gradNorm',
    tokensPerSecond: 'run.chart.speed',
  } as const

  return {
    loss,
    one: (column) => {
      const curves = current()
      const now = choice()
      const xs = curves.column(xColumns[now.xAxis])
      const style = curveStyle(0, now.dark)
      const kind = column === 'learningRate' ? 'line' : 'raw'
      const base = { label: t(labels[column]), length: curves.length, xs, style }
      const measured: Curve = { ...base, id: column, kind, ys: curves.column(column) }
      if (kind === 'line') return [measured]
      // Restless measurements: every extreme stays visible behind the line that can be followed.
      const ys = smooth(xs, curves.column(column), curves.length, Math.max(now.smoothing, 0.6))
      return [measured, { ...base, id: `${column}-smooth`, kind: 'line', ys }]
    },
  }
}
