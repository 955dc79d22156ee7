import type { Component } from 'vue'
import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import { allScreens, screens, type Screen } from '../src-preload/contract/screens'
import type { TextKey } from './text/i18n'

declare module 'vue-router' {
  interface RouteMeta {
    title?: TextKey
  }
}

const views: Readonly<Record<Screen, () => Promise<Component>>> = {
  start: () => import('./views/StartView.vue'),
  texts: () => import('./views/TextsView.vue'),
  new: () => import('./views/NewRunView.vue'),
  run: () => import('./views/RunView.vue'),
  talk: () => import('./views/TalkView.vue'),
  history: () => import('./views/HistoryView.vue'),
  trash: () => import('./views/TrashView.vue'),
  settings: () => import('./views/SettingsView.vue'),
}

/** Hash history: the page is served from one file, in the window and in the browser alike. */
export function createAppRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: screens.start.path },
      ...allScreens.map((name) => ({
        ...{ path: screens[name].path, name, component: views[name] },
        meta: { title: `app.nav.${name}` as const },
      })),
      { path: '/:rest(.*)*', redirect: screens.start.path },
    ],
  })
}
