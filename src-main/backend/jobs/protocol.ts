import type { ErrorData } from '../../../src-preload/contract/errors'
import type { CorpusStage, InstallStage } from '../../../src-preload/contract/events'
import type { CheckpointKind, ResumedFrom, Rollback } from '../../../src-preload/contract/records/checkpoints'
import type { EngineId, EngineWish } from '../../../src-preload/contract/records/computer'
import type { Sampling } from '../../../src-preload/contract/records/conversations'
import type {
  CorpusCounts,
  CorpusDocument,
  EncodingCandidate,
  TextSplit,
} from '../../../src-preload/contract/records/corpora'
import type { EvalRow, StepRow } from '../../../src-preload/contract/records/curves'
import type { TokenizerFit } from '../../../src-preload/contract/records/origin'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Extension, RunStage } from '../../../src-preload/contract/records/runs'
import type { TierChange } from '../../../src-preload/contract/records/steps'
import type { ByteProgress } from '../../../src-preload/contract/wire'
import type { EnginePackage } from '../../plan/engine-packages'
import type { StepTimes } from '../../plan/time'

/**
 * What crosses between the backend and a job process: one task a process, plain data, no tensor and no document text
 * except what is shown. A job reads and writes the files named here and nothing else.
 */

export interface EngineOptions {
  readonly engine: EngineWish
  /** What `auto` tries, first to last; WASM always comes last. Absent: CUDA, TensorFlow. */
  readonly order?: readonly EngineId[]
  /** Where to look for libtensorflow, in order; the first that loads wins. */
  readonly tensorflowDirs: readonly string[]
  /** Where engines are installed into: what lies there is only used with its manifest. */
  readonly runtimeDir?: string
  /** Where what XLA compiles for the processor is kept; absent: nowhere. */
  readonly programsDir?: string | undefined
  /** This process does nothing but talk: XLA is told how to read for one row. */
  readonly talks?: boolean
}

export interface ImportSource {
  /** Absolute path of the file to read; empty where a browser kept the file to itself, which then is the problem. */
  readonly path: string
  /** What the person calls it. */
  readonly name: string
  /** Known before it is read: why it is left out. */
  readonly problem?: ErrorData
}

/** What reading a text counts; the rest follows from tokenizing it. */
export type TextCounts = Omit<CorpusCounts, 'tokens' | 'maxVocabSize' | 'countedShare'>

/** `tokenizer.json`, `train.bin`, `val.bin` under `dir`. */
export interface TokenizedFacts {
  readonly vocabSize: number
  /** BPE: how many pieces this text could fill (every merge seen at least twice; 65,536 when training reached its cap). */
  readonly maxVocabSize: number
  /** Of the text's bytes, those that the tokenizer was learned from; absent in what earlier versions stored. */
  readonly countedShare?: number
  /** sha256 of tokenizer.json. */
  readonly hash: string
  /** Absent in what earlier versions stored, which is made again. */
  readonly split: TextSplit
  readonly trainTokens: number
  readonly valTokens: number
  readonly trainBytes: number
  readonly valBytes: number
  /** By which the same tokens of the same tokenizer are known; absent in what earlier versions stored. */
  readonly tokensHash?: string
}

/** As far as they follow from encoding alone. */
export type EncodedFacts = Omit<TokenizedFacts, 'maxVocabSize' | 'countedShare'>

export type JobTask =
  /** Reads sources into corpusDir: `text.txt` (UTF-8) and `documents.json`. */
  | { readonly kind: 'import'; readonly sources: readonly ImportSource[]; readonly corpusDir: string }
  /** The text in fromDir once more, into corpusDir, with one of its documents read in another encoding. */
  | {
      readonly kind: 'reread'
      readonly fromDir: string
      readonly corpusDir: string
      readonly document: number
      readonly encoding: string
    }
  /** What a document whose bytes are kept may be in. */
  | { readonly kind: 'encodings'; readonly corpusDir: string; readonly document: number }
  /** Trains a tokenizer on corpusDir's text and encodes it into dir. */
  | {
      readonly kind: 'tokenize'
      readonly corpusDir: string
      readonly dir: string
      readonly tokenizer: RunConfig['tokenizer']
      readonly vocabSize: number
      readonly split: TextSplit
    }
  /** Encodes corpusDir's text into dir with the tokenizer.json that lies there. */
  | { readonly kind: 'encode'; readonly corpusDir: string; readonly dir: string; readonly split: TextSplit }
  /** Whether the token files in dir are surely what was written. */
  | { readonly kind: 'check'; readonly dir: string }
  /** What corpusDir's text comes to with a tokenizer.json. */
  | { readonly kind: 'fit'; readonly corpusDir: string; readonly tokenizerPath: string }
  | {
      readonly kind: 'train'
      /** Holds its tokenizer.json, train.bin and val.bin. */
      readonly runDir: string
      readonly config: RunConfig
      /** More steps than the settings say, first to last; absent: none. */
      readonly extensions?: readonly Extension[]
      /** Continue from the newest good checkpoint in runDir. */
      readonly resume: boolean
      /** Continue from `best` instead, and why. */
      readonly fromBest?: ResumedFrom['reason'] | undefined
      /** A checkpoint of another run: where there is none of its own yet, the weights begin with its. Removed then. */
      readonly initialDir?: string | undefined
      /** Of the learning rate, as far as rollbacks have lowered it; absent: all of it. */
      readonly learningRateFactor?: number
      readonly engineOptions: EngineOptions
    }
  /** Stays alive and answers `generate` requests until it is told to end. */
  | {
      readonly kind: 'generate'
      readonly runDir: string
      readonly checkpoint: CheckpointKind
      readonly engineOptions: EngineOptions
    }
  /** Fills an engine's folder; from the package index where `files` is null. */
  | {
      readonly kind: 'install'
      readonly package: EnginePackage
      readonly files: readonly string[] | null
      readonly runtimeDir: string
    }
  /** Opens one engine; with `measure`, also times training steps on it (engine/measure.ts). */
  | { readonly kind: 'probe'; readonly engineOptions: EngineOptions; readonly measure: boolean }
  /** Times the first steps of such a training (engine/time-steps.ts). */
  | {
      readonly kind: 'time'
      readonly config: RunConfig
      readonly vocabSize: number
      readonly engineOptions: EngineOptions
    }

export type JobRequest =
  | { readonly kind: 'start'; readonly task: JobTask }
  /** Save, report, end. For a training job; every other job is simply cancelled. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'generate'; readonly generationId: string; readonly prompt: string; readonly sampling: Sampling }
  | { readonly kind: 'stopGeneration'; readonly generationId: string }

/** Rows before they have their number: units as in the contract. */
export type StepEvent = { readonly kind: 'step' } & Readonly<Omit<StepRow, 'seq'>>
export type EvalEvent = { readonly kind: 'eval' } & Readonly<Omit<EvalRow, 'seq'>>

/** What training yields: plain numbers, in order. The run recorder gives each its `seq`. */
export type TrainEvent =
  | {
      readonly kind: 'stage'
      readonly stage: RunStage
      readonly progress: number | null
      /** While it saves: what is on the disk for good. */
      readonly bytes?: ByteProgress
    }
  /** Once, before the first step: which engine runs, and where a resumed run stands. */
  | {
      readonly kind: 'begin'
      readonly engine: EngineId
      readonly version: string
      readonly step: number
      /** What its clock begins with. */
      readonly elapsedMs: number
      readonly resumedFrom: ResumedFrom | null
    }
  | ({ readonly kind: 'tier' } & Readonly<TierChange>)
  | StepEvent
  | EvalEvent
  /** The run went off course at `step` and goes on from `toStep`; what came after that never happened. */
  | ({ readonly kind: 'rollback' } & Readonly<Rollback>)
  | { readonly kind: 'sample'; readonly step: number; readonly prompt: string; readonly text: string }
  | {
      readonly kind: 'checkpoint'
      readonly checkpoint: CheckpointKind
      readonly step: number
      readonly elapsedMs: number
      readonly valLossNats: number | null
      readonly sizeBytes: number
    }
  /** Last: `finished` when all steps are done or the run's patience is at its end, else the job was told to stop. */
  | { readonly kind: 'end'; readonly step: number; readonly elapsedMs: number; readonly finished: boolean }

export interface EngineProbe {
  readonly version: string
  readonly location: string | null
  readonly hardware: string
  /** null: not asked for. */
  readonly stepMs: number | null
}

export type GenerationEnd = 'length' | 'stop' | 'endOfText' | 'cancelled'

export type JobEvent =
  | { readonly kind: 'progress'; readonly stage: CorpusStage; readonly progress: number; readonly file: string | null }
  | { readonly kind: 'imported'; readonly documents: readonly CorpusDocument[]; readonly counts: TextCounts | null }
  | { readonly kind: 'encodings'; readonly candidates: readonly EncodingCandidate[] }
  | { readonly kind: 'tokenized'; readonly facts: TokenizedFacts }
  | { readonly kind: 'encoded'; readonly facts: EncodedFacts }
  | { readonly kind: 'checked'; readonly areWhole: boolean }
  | { readonly kind: 'fitted'; readonly fit: TokenizerFit }
  | TrainEvent
  | { readonly kind: 'ready'; readonly engine: EngineId; readonly step: number }
  | {
      readonly kind: 'generated'
      readonly generationId: string
      /** New text since the last event; empty in the last one when nothing was held back. */
      readonly text: string
      readonly tokens: number
      readonly tokensPerSecond: number
      readonly seed: number
      /** null: more follows. */
      readonly end: GenerationEnd | null
    }
  | {
      readonly kind: 'installing'
      readonly stage: InstallStage
      readonly doneBytes: number
      readonly totalBytes: number
    }
  | ({ readonly kind: 'probed' } & EngineProbe)
  /** As it begins, and again when it has settled. */
  | { readonly kind: 'timed'; readonly times: StepTimes }
  /** The task failed; the process ends after it. */
  | { readonly kind: 'failed'; readonly error: ErrorData }

const trainKinds: ReadonlySet<JobEvent['kind']> = new Set<TrainEvent['kind']>([
  'stage',
  'begin',
  'tier',
  'rollback',
  'step',
  'eval',
  'sample',
  'checkpoint',
  'end',
])

export const isTrainEvent = (event: JobEvent): event is TrainEvent => trainKinds.has(event.kind)
