import { createVuetify, type ThemeDefinition } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import { en, zhHans } from 'vuetify/locale'
import 'vuetify/styles'

/** Contrast of text and of controls is at least 4.5 : 1 and 3 : 1 on background, surface and surface-light. */
const light: ThemeDefinition = {
  dark: false,
  colors: {
    background: '#f5f6f2',
    surface: '#ffffff',
    'surface-bright': '#ffffff',
    'surface-light': '#eef1ea',
    'surface-variant': '#2c332f',
    'on-surface-variant': '#f1f4ef',
    'on-background': '#1a1f1c',
    'on-surface': '#1a1f1c',
    primary: '#1c6b46',
    'on-primary': '#ffffff',
    secondary: '#4a5f54',
    error: '#b3261e',
    warning: '#855000',
    info: '#1d5c9e',
    success: '#1c6b46',
  },
  variables: {
    'border-color': '#1a1f1c',
    'border-opacity': 0.12,
    'high-emphasis-opacity': 1,
    'medium-emphasis-opacity': 0.72,
  },
}

const dark: ThemeDefinition = {
  dark: true,
  colors: {
    background: '#0f1311',
    surface: '#181d1a',
    'surface-bright': '#f1f4ef',
    'surface-light': '#222925',
    'surface-variant': '#dfe5df',
    'on-surface-variant': '#171c19',
    'on-background': '#e4e9e4',
    'on-surface': '#e4e9e4',
    primary: '#7fd4a6',
    'on-primary': '#00351d',
    secondary: '#b3ccbf',
    error: '#ffb4ab',
    'on-error': '#5f0006',
    warning: '#f0bd6d',
    'on-warning': '#412a00',
    info: '#9ecaff',
    'on-info': '#003058',
    success: '#7fd4a6',
    'on-success': '#00351d',
  },
  variables: { 'border-color': '#e4e9e4', 'border-opacity': 0.16, 'medium-emphasis-opacity': 0.74 },
}

/** @param cspNonce lets Vuetify put its theme into a <style> under the page's policy */
export function createDesign(cspNonce: string) {
  return createVuetify({
    icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
    locale: { locale: 'en', fallback: 'en', messages: { en, 'zh-CN': zhHans } },
    theme: { defaultTheme: 'system', cspNonce, themes: { light, dark } },
    defaults: {
      VBtn: { variant: 'flat', rounded: 'lg' },
      VTextField: { variant: 'outlined', rounded: 'lg', density: 'comfortable', hideDetails: 'auto', color: 'primary' },
      VTextarea: { variant: 'outlined', rounded: 'lg', density: 'comfortable', hideDetails: 'auto', color: 'primary' },
      VSelect: { variant: 'outlined', rounded: 'lg', density: 'comfortable', hideDetails: 'auto', color: 'primary' },
      VSlider: { color: 'primary', hideDetails: 'auto', thumbSize: 20 },
      VSwitch: { color: 'primary', inset: true, hideDetails: true },
      VBtnToggle: { rounded: 'lg', density: 'comfortable' },
      VTooltip: { openOnFocus: true, maxWidth: 340 },
      VList: { prependGap: 12 },
      VCard: { rounded: 'xl' },
    },
  })
}
