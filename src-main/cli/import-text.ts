import type { CorpusStage } from '../../src-preload/contract/events'
import type { CorpusDocument, CorpusRecord } from '../../src-preload/contract/records/corpora'
import { count, percent } from './amounts'
import { errorSentence } from './error-text'

const importStages: Readonly<Record<CorpusStage, string>> = {
  reading: 'Reading',
  counting: 'Counting',
  tokenizing: 'Building the vocabulary',
  encoding: 'Tokenizing',
}

/** Of a folder full of pictures nobody reads every line. */
const leftOutShown = 20

/** What the command line says of texts that it imports. */
export const importTexts = {
  unknownCharacters: (unknown: number, characters: number, examples: readonly string[]) =>
    `${count(unknown)} of ${count(characters)} characters are not in the vocabulary and are lost: ${examples.map((one) => JSON.stringify(one)).join(' ')}`,
  standardInput: 'standard input',
  usingText: (name: string, characters: number) => `Text: ${name} (${characters.toLocaleString('en')} characters)`,
  importReport: (corpus: CorpusRecord, files: readonly CorpusDocument[]): string[] => {
    const { documents, leftOut, repaired, lost, counts } = corpus
    const countedShare = counts?.countedShare ?? 1
    const reasons = files.flatMap(({ problem }) => (problem === null ? [] : [`  ${errorSentence(problem)}`]))
    const more = reasons.length - leftOutShown
    return [
      ...(leftOut > 0 ? [`${documents} read, ${leftOut} left out:`] : []),
      ...reasons.slice(0, leftOutShown),
      ...(more > 0 ? [`  … and ${more} more`] : []),
      ...(repaired > 0 ? [`Characters in another encoding than the rest, repaired: ${count(repaired)}`] : []),
      ...(lost > 0 ? [`Characters that could not be read (shown as �): ${count(lost)}`] : []),
      ...(countedShare < 1 ? [`The vocabulary comes from an even sample, ${percent(countedShare)} of this text.`] : []),
    ]
  },
  importStage: (stage: CorpusStage) => importStages[stage],
}
