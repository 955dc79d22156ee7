import type { MessageRecord } from '../../src-preload/contract/records/conversations'
import { useFormat } from './useFormat'
import { useText } from './useText'

export interface PassageFacts {
  /** Model and version: Tales · Best (step 1,200) */
  readonly author: (message: MessageRecord) => string
  /** How long, how fast, why it ended. */
  readonly figures: (message: MessageRecord) => string
}

/** What wrote a passage of a page, in words. */
export function usePassageFacts(): PassageFacts {
  const { t } = useText()
  const { number } = useFormat()
  return {
    author: ({ model, checkpoint, step }) => {
      const version = checkpoint && t(`talk.checkpointKind.${checkpoint}`, { step: number(step ?? 0) })
      return [model ?? t('talk.unknownModel'), ...(version === null ? [] : [version])].join(' · ')
    },
    figures: ({ tokens, tokensPerSecond, endReason }) =>
      [
        ...(tokens === null ? [] : [t('talk.facts.tokens', { n: number(tokens) })]),
        ...(tokensPerSecond === null ? [] : [t('talk.facts.speed', { n: number(tokensPerSecond) })]),
        ...(endReason === null ? [] : [t(`talk.end.${endReason}`)]),
      ].join(' · '),
  }
}
