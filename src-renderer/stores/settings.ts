import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { defaultSettings, settings as settingsSchema, type Settings } from '../../src-preload/contract/records/settings'
import { languages, request, subscribe } from '../api'
import { i18n, localeFor, type Locale } from '../text/i18n'

const copyKey = 'homegrown.settings'

/** The last known settings, so that the first paint already has the right language and colours. */
function readCopy(): Settings {
  try {
    const parsed = settingsSchema.safeParse({
      ...defaultSettings, // A copy of an older version lacks what is new.
      ...(JSON.parse(localStorage.getItem(copyKey) ?? 'null') as object | null),
    })
    return parsed.success ? parsed.data : defaultSettings
  } catch {
    return defaultSettings
  }
}

export const useSettingsStore = defineStore('settings', () => {
  const settings = ref<Settings>(readCopy())

  const locale = computed<Locale>(() =>
    settings.value.locale === 'system' ? localeFor(languages) : settings.value.locale,
  )

  function take(next: Settings): void {
    settings.value = next
    localStorage.setItem(copyKey, JSON.stringify(next))
  }

  async function load(): Promise<void> {
    take(await request('settings.get', {}))
  }

  /** Shown at once; a failure to keep it is thrown and the old value comes back. */
  async function change(part: Partial<Settings>): Promise<void> {
    const before = settings.value
    settings.value = { ...before, ...part }
    try {
      take(await request('settings.set', part))
    } catch (thrown) {
      settings.value = before
      throw thrown
    }
  }

  watch(
    locale,
    (next) => {
      i18n.global.locale.value = next
      document.documentElement.lang = next
    },
    { immediate: true },
  )

  subscribe((event) => {
    if ((event.topic === 'changed' && event.what === 'settings') || (event.topic === 'backend' && event.state === 'up'))
      load().catch(() => undefined) // The copy stays; the next change reports what is wrong.
  })
  load().catch(() => undefined)

  return { settings, locale, load, change }
})
