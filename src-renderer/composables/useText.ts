import { computed, type ComputedRef } from 'vue'
import { i18n, type Locale, type TextKey, type TextParams } from '../text/i18n'

export interface Text {
  /** The sentence in the current language; `count` chooses the plural form (`one | many`). */
  readonly t: (key: TextKey, params?: TextParams, count?: number) => string
  readonly locale: ComputedRef<Locale>
}

const translate = i18n.global.t as (key: string, params: TextParams, count?: number) => string
const locale = computed(() => i18n.global.locale.value)

/** Text of the current language; components re-render when it changes. */
export function useText(): Text {
  return {
    t: (key, params = {}, count) => (count === undefined ? translate(key, params) : translate(key, params, count)),
    locale,
  }
}
