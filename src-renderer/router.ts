import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import type { TextKey } from './text/i18n'

declare module 'vue-router' {
  interface RouteMeta {
    title?: TextKey
  }
}

/** Hash history: the page is served from one file, in the window and in the browser alike. */
export function createAppRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: '/start' },
      {
        path: '/start',
        name: 'start',
        meta: { title: 'app.nav.start' },
        component: () => import('./views/StartView.vue'),
      },
      {
        path: '/texts',
        name: 'texts',
        meta: { title: 'app.nav.texts' },
        component: () => import('./views/TextsView.vue'),
      },
      { path: '/new', name: 'new', meta: { title: 'app.nav.new' }, component: () => import('./views/NewRunView.vue') },
      {
        path: '/runs/:runId',
        name: 'run',
        meta: { title: 'app.nav.run' },
        component: () => import('./views/RunView.vue'),
      },
      {
        path: '/talk/:runId?',
        name: 'talk',
        meta: { title: 'app.nav.talk' },
        component: () => import('./views/TalkView.vue'),
      },
      {
        path: '/history',
        name: 'history',
        meta: { title: 'app.nav.history' },
        component: () => import('./views/HistoryView.vue'),
      },
      {
        path: '/trash',
        name: 'trash',
        meta: { title: 'trash.title' },
        component: () => import('./views/TrashView.vue'),
      },
      {
        path: '/settings',
        name: 'settings',
        meta: { title: 'app.nav.settings' },
        component: () => import('./views/SettingsView.vue'),
      },
      { path: '/:rest(.*)*', redirect: '/start' },
    ],
  })
}
