import { hasEveryWord } from '../../src-preload/contract/search'
import {
  fieldApplies,
  type FieldGroup,
  type ModelKind,
  type RunField,
  runFields,
  runLimits,
} from '../../src-preload/contract/limits'

export const fieldGroups: readonly FieldGroup[] = ['model', 'tokenizer', 'training', 'optimizer', 'reporting']

export const groupOf = (field: RunField): FieldGroup => runLimits[field].group

/** The kind of model is chosen above; fields of the other kinds would do nothing. */
export function fieldsShown(model: ModelKind): RunField[] {
  return runFields.filter((field) => field !== 'model' && fieldApplies(field, model))
}

/** Every word of the search begins or stands within something that is said of a field. */
export const matchesSearch = (search: string, texts: readonly string[]): boolean =>
  hasEveryWord(texts.join('\n'), search)
