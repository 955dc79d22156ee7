/** Explained by `help` and in docs/command-line.md. The last four are what shells use for their signals. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  precondition: 3,
  resource: 4,
  hangUp: 129,
  interrupted: 130,
  readerGone: 141,
  terminated: 143,
} as const
