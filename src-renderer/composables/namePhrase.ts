import type { NamePart } from '../../src-preload/contract/run-name'
import type { Text } from './useText'

/** A label within a name: no capital, unless it is an abbreviation. */
const lowered = (label: string): string => label.replace(/^\p{Lu}(?=\p{Ll})/u, (first) => first.toLowerCase())

/** The words for what a run does otherwise. */
export function phraseFor({ t }: Pick<Text, 't'>, valueOf: (part: Extract<NamePart, { kind: 'value' }>) => string) {
  return (part: NamePart): string => {
    switch (part.kind) {
      case 'model':
        return t(`app.model.${part.model}`)
      case 'size':
        return lowered(t(`newRun.size.${part.size}.name`))
      case 'length':
        return lowered(t(`newRun.length.${part.length}.name`))
      case 'twice':
      case 'half':
      case 'times':
      case 'divided': {
        const field = lowered(t(`fields.field.${part.field}.label`))
        return t(`newRun.name.${part.kind}`, { field, n: 'by' in part ? part.by : '' })
      }
      case 'value': {
        const field = lowered(t(`fields.field.${part.field}.label`))
        return t('newRun.name.value', { field, value: valueOf(part) })
      }
    }
  }
}
