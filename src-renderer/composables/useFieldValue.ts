import { runLimits, type RunField } from '../../src-preload/contract/limits'
import type { TextKey } from '../text/i18n'
import { useFormat } from './useFormat'
import { useText } from './useText'

/** The value of a setting as people read it: options by their names, numbers with their units. */
export function useFieldValue(): (field: RunField, value: string | number) => string {
  const { t } = useText()
  const { precise } = useFormat()
  return (field, value) => {
    const limit = runLimits[field]
    if (limit.kind === 'choice') return t(`fields.option.${field}.${value}` as TextKey)
    if (limit.kind === 'text') return value === '' ? t('app.unknown') : String(value)
    const unit =
      limit.unit === 'none' || limit.unit === 'share' ? '' : ` ${t(`fields.unit.${limit.unit}`, {}, Number(value))}`
    return `${field === 'seed' ? String(value) : precise(Number(value))}${unit}`
  }
}
