import examples from '../../resources/sample/examples.json'
import { sizeDial, type RunChoice } from '../../src-preload/contract/records/run-config'
import { i18n } from '../text/i18n'

/** What a model of a size wrote (test/bench/examples.ts made them), with what it was. */
export type SizeExample = (typeof examples)[number]

/**
 * An example for this choice, in the language of the window: of its size, else of the largest smaller one that there is.
 * @returns null where there is none of this kind of model
 */
export function sizeExample({ model, size }: Pick<RunChoice, 'model' | 'size'>): SizeExample | null {
  const own = examples.filter((one) => one.model === model && one.language === i18n.global.locale.value)
  const sizes = sizeDial.options.slice(0, sizeDial.options.indexOf(size) + 1).reverse()
  const found = sizes.flatMap((wanted) => own.find((one) => one.size === wanted) ?? [])
  return found[0] ?? null
}
