/** Holds text back while it may be the beginning of a stop string, so that no stop string is ever shown in part. */
export class StopStrings {
  readonly #stops: readonly string[]
  #held = ''

  constructor(stops: readonly string[]) {
    this.#stops = stops
  }

  /** @returns what may be shown now, and whether a stop string has come: then nothing after it is shown. */
  push(text: string): { readonly text: string; readonly stopped: boolean } {
    const whole = this.#held + text
    const places = this.#stops.map((stop) => whole.indexOf(stop)).filter((place) => place >= 0)
    if (places.length > 0) {
      this.#held = ''
      return { text: whole.slice(0, Math.min(...places)), stopped: true }
    }
    const hold = Math.max(0, ...this.#stops.map((stop) => overlap(whole, stop)))
    this.#held = whole.slice(whole.length - hold)
    return { text: whole.slice(0, whole.length - hold), stopped: false }
  }

  /** What was held back, when generating ends for another reason. */
  end(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}

/** Length of the longest end of `text` that `stop` begins with. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length
  }
  return 0
}
