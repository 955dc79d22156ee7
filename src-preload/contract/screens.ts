/**
 * Every screen once: its address, and whether the rail and the menu lead to it. Router, rail, menu and its shortcuts follow
 * from this order; what else a screen needs (view, icon, words) is typed by its name and missing where it is not given.
 */
export const screens = {
  start: { path: '/start', inRail: true },
  texts: { path: '/texts', inRail: true },
  new: { path: '/new', inRail: true },
  run: { path: '/runs/:runId', inRail: false },
  talk: { path: '/talk/:runId?', inRail: true },
  history: { path: '/history', inRail: true },
  trash: { path: '/trash', inRail: false },
  settings: { path: '/settings', inRail: true },
} as const satisfies Record<string, { path: string; inRail: boolean }>

export type Screen = keyof typeof screens
export type RailScreen = { [S in Screen]: (typeof screens)[S]['inRail'] extends true ? S : never }[Screen]

export const allScreens = Object.keys(screens) as Screen[]
export const railScreens = allScreens.filter((name): name is RailScreen => screens[name].inRail)
