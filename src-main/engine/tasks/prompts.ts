import type { GenerateRequest, PromptQueue } from './generate'

/** Prompts that wait and those that are stopped; ends with the job's signal. */
export class Prompts implements PromptQueue {
  readonly #waiting: GenerateRequest[] = []
  readonly #controllers = new Map<string, AbortController>()
  #wake: () => void = () => undefined

  constructor(ending: AbortSignal) {
    this.ending = ending
    ending.addEventListener('abort', () => {
      for (const controller of this.#controllers.values()) controller.abort()
      this.#wake()
    })
  }

  private readonly ending: AbortSignal

  add(request: GenerateRequest): void {
    this.#controllers.set(request.generationId, new AbortController())
    this.#waiting.push(request)
    this.#wake()
  }

  stop(generationId: string): void {
    this.#controllers.get(generationId)?.abort()
  }

  signalOf(generationId: string): AbortSignal {
    return this.#controllers.get(generationId)?.signal ?? this.ending
  }

  async next(): Promise<GenerateRequest | null> {
    while (!this.ending.aborted) {
      const request = this.#waiting.shift()
      if (request) return request
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return null
  }
}
