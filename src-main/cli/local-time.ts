/** Swedish writes dates as ISO 8601 does. */
const format = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'longOffset',
})

/** As this computer's clock shows it, with its zone: 2026-03-01 18:20 GMT+01:00. */
export const localTime = (ms: number): string => format.format(ms).replace(/GMT$/, 'GMT+00:00').replace('\u2212', '-')
