/**
 * What Vuetify 4 calls and browsers before 2023 lack: the page opens in Chrome 108 too, which an older system's browser
 * and the tests' Electron are (docs/adr/0003-real-electron-in-tests.md). The build lowers syntax, not methods.
 */
function supply(
  name: 'toSorted' | 'toReversed',
  method: (this: readonly unknown[], ...args: never[]) => unknown[],
): void {
  if (name in Array.prototype) return
  Object.defineProperty(Array.prototype, name, { value: method, configurable: true, writable: true })
}

supply('toSorted', function (compare?: (a: unknown, b: unknown) => number) {
  return [...this].sort(compare)
})
supply('toReversed', function () {
  return [...this].reverse()
})
