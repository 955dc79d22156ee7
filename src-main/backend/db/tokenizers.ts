import type { Db } from './connection'
import { checked } from './enumerations'
import { first, run, tables } from './query'
import type { TokenizersTable } from './schema'

export interface TokenizerKey {
  readonly corpusId: string
  readonly kind: TokenizersTable['kind']
  /** As asked for; 0 for characters. */
  readonly vocabSize: number
}

/** The stored facts as JSON text, or null when this text was never tokenized that way. */
export function findTokenizer(db: Db, key: TokenizerKey): string | null {
  const query = tables
    .selectFrom('tokenizers')
    .select('facts_json')
    .where('corpus_id', '=', key.corpusId)
    .where('kind', '=', key.kind)
    .where('vocab_size', '=', key.vocabSize)
  return first(db, query)?.facts_json ?? null
}

export function storeTokenizer(db: Db, key: TokenizerKey, hash: string, factsJson: string, at: number): void {
  const values = {
    corpus_id: key.corpusId,
    kind: key.kind,
    vocab_size: key.vocabSize,
    hash,
    facts_json: factsJson,
    created_at: at,
  }
  run(db, tables.replaceInto('tokenizers').values(checked('tokenizers', values)))
}
