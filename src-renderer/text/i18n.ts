import { createI18n } from 'vue-i18n'
import { en } from './en/messages'
import { zhCN } from './zh-CN/messages'

export const locales = ['en', 'zh-CN'] as const
export type Locale = (typeof locales)[number]

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string]
/** Every text there is, as `area.path`. */
export type TextKey = Leaves<typeof en>
export type TextParams = Readonly<Record<string, string | number>>

interface Tree {
  readonly [key: string]: string | Tree
}

/** Error codes contain dots, so messages are looked up by their full path and not by walking. */
export function flatten(tree: Tree, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flatten(value, `${prefix}${key}.`)),
    ),
  )
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: flatten(en), 'zh-CN': flatten(zhCN) },
  messageResolver: (messages, path) => (messages as Record<string, string>)[path] ?? null,
})

/** The best of our languages for what the person prefers; any Chinese is served in Simplified Chinese. */
export function localeFor(preferred: readonly string[]): Locale {
  for (const language of preferred) {
    if (/^zh\b/i.test(language)) return 'zh-CN'
    if (/^en\b/i.test(language)) return 'en'
  }
  return 'en'
}
