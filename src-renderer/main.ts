import './older-browsers'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
// Before the router: it takes the token out of the address.
import './api'
import App from './App.vue'
import { createDesign } from './plugins/vuetify'
import { createAppRouter } from './router'
import './styles/base.css'
import { i18n } from './text/i18n'

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

createApp(App).use(createPinia()).use(i18n).use(createDesign(nonce)).use(createAppRouter()).mount('#app')
