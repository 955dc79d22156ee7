import { corpusLimits, maxCurvePoints, maxPromptLength, runLimits } from './limits'
import { checkpointKind } from './records/checkpoints'
import { conversationId, corpusId, generationId, messageId, name, runId, uploadId } from './records/common'
import { computerInfo, enginePackage, installableEngine } from './records/computer'
import { conversationRecord, generation, messageRecord, reading, sampling } from './records/conversations'
import { corpusDocument, corpusRecord, encodingCandidate, importedCorpus, unsentFile } from './records/corpora'
import { runCurves, runDifference } from './records/curves'
import { runOrigin, tokenizerFit } from './records/origin'
import { planBase, runPlan } from './records/plan'
import { queueState } from './records/queue'
import { runChoice, runConfig, runOverrides } from './records/run-config'
import { runChanges, runDetail, runRecord } from './records/runs'
import { settings } from './records/settings'
import { trashContents, trashItem } from './records/trash'
import { z } from './zod'

/**
 * Every request that a screen or another program can make: name, input, output. The preload's allow-list, the
 * renderer's client and the backend's validation are derived from this value, and it imports nothing but data.
 */
const method = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })
const nothing = z.object({})
const done = z.object({})

export const methods = {
  'system.info': method(nothing, computerInfo),
  /** Of the above what every screen needs, without a look at the engines. */
  'system.profile': method(nothing, z.object({ folder: z.string(), writable: z.boolean() })),
  /** Tries again what could not start; `restore` first puts back the newest whole copy of a damaged database. */
  'system.start': method(z.object({ restore: z.boolean() }), done),

  /** Measures every engine that works here, one after the other; refused while something trains. */
  'engines.measure': method(nothing, computerInfo),
  'engines.packages': method(nothing, z.array(enginePackage)),
  /** Answers at once; progress and end arrive as `install` events. */
  'engines.install': method(
    z.object({
      engine: installableEngine,
      source: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('index') }),
        z.object({ kind: z.literal('files'), paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
        z.object({ kind: z.literal('uploads'), uploadIds: z.array(uploadId).min(1).max(100) }),
      ]),
    }),
    done,
  ),
  'engines.cancelInstall': method(nothing, done),
  /** Removes what was installed; an engine that something computes with stays loaded there. */
  'engines.remove': method(z.object({ engine: installableEngine }), done),

  'settings.get': method(nothing, settings),
  'settings.set': method(settings.partial(), settings),

  'corpora.list': method(nothing, z.array(corpusRecord)),
  'corpora.import': method(
    z.object({
      name: name.optional(),
      sources: z
        .array(
          z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('path'), path: z.string().min(1).max(4096) }),
            z.object({ kind: z.literal('upload'), uploadId }),
            unsentFile,
            z.object({ kind: z.literal('sample'), language: z.enum(['en', 'zh-CN']) }),
          ]),
        )
        .min(1)
        .max(corpusLimits.maxFiles),
      /** Imports it also where a text with the same content is here. */
      again: z.boolean().optional(),
    }),
    importedCorpus,
  ),
  'corpora.cancel': method(z.object({ corpusId }), done),
  'corpora.documents': method(z.object({ corpusId }), z.array(corpusDocument)),
  /** What a file whose encoding was guessed may be in, the likeliest first. */
  'corpora.encodings': method(z.object({ corpusId, document: z.number().int().min(0) }), z.array(encodingCandidate)),
  /** A new text with this file read anew; when it is ready, the old one goes to the trash. */
  'corpora.reread': method(
    z.object({ corpusId, document: z.number().int().min(0), encoding: z.string().min(1).max(40) }),
    corpusRecord,
  ),
  'corpora.preview': method(
    z.object({
      corpusId,
      /** Characters, roughly: a byte offset into the stored text moved to the next whole character. */
      offsetBytes: z.number().int().min(0),
      characters: z.number().int().min(1).max(corpusLimits.maxPreviewCharacters),
    }),
    z.object({ text: z.string(), nextOffsetBytes: z.number().int(), totalBytes: z.number().int() }),
  ),
  /** What was left out, repaired or lost has been seen: the card no longer mentions it. */
  'corpora.dismiss': method(z.object({ corpusId }), corpusRecord),
  'corpora.rename': method(z.object({ corpusId, name }), corpusRecord),
  /** Into the trash, as each delete; its runs keep their own tokens. What was never imported is gone at once. */
  'corpora.delete': method(z.object({ corpusId }), done),
  'corpora.restore': method(z.object({ corpusId }), corpusRecord),

  /**
   * From the suggestion for this choice, or from the settings of `base`. `from`: it goes on from another run's weights, so
   * that run's tokenizer and architecture stand (`inheritedFields`).
   */
  'runs.plan': method(
    z.object({
      corpusId,
      choice: runChoice,
      overrides: runOverrides,
      base: planBase.optional(),
      from: runOrigin.optional(),
    }),
    runPlan,
  ),
  /** Times a few steps of this training, unless that is known or something trains; `changed` follows when more is known. */
  'runs.measure': method(z.object({ corpusId, config: runConfig, from: runOrigin.optional() }), done),
  /** What this text comes to with that run's tokenizer. */
  'runs.fit': method(z.object({ runId, corpusId }), tokenizerFit),
  'runs.start': method(
    z.object({
      corpusId,
      name: name.optional(),
      config: runConfig,
      from: runOrigin.optional(),
    }),
    runRecord,
  ),
  /** What changed since the revision of an answer before; 0 for everything. */
  'runs.list': method(z.object({ since: z.number().int().min(0) }), runChanges),
  /** Runs in whose name, text's name and notes together every word occurs; only of those that have notes. */
  'runs.search': method(z.object({ text: z.string().max(1000) }), z.array(runId)),
  'runs.get': method(z.object({ runId }), runDetail),
  'runs.curves': method(z.object({ runId, maxPoints: z.number().int().min(10).max(maxCurvePoints) }), runCurves),
  /** Those that train in this backend or wait for it: they end with it. */
  'runs.own': method(nothing, z.array(runId)),
  'runs.pause': method(z.object({ runId }), runRecord),
  /**
   * `from`: the best state instead of the newest, with the optimizer's moments from zero.
   * `withLessMemory`: computes the same steps otherwise where `run.fitsWithLess` said that it would not fit as it is.
   */
  'runs.resume': method(
    z.object({ runId, from: z.literal('best').optional(), withLessMemory: z.boolean().optional() }),
    runRecord,
  ),
  /**
   * `steps` more from where a run stands that is done, or was stopped or paused: same weights and moments, a new schedule, the
   * same curve. `withLessMemory`: as in `runs.resume`.
   */
  'runs.extend': method(
    z.object({
      runId,
      steps: z.number().int().min(runLimits.maxSteps.min).max(runLimits.maxSteps.max),
      withLessMemory: z.boolean().optional(),
    }),
    runRecord,
  ),
  /** Stop and keep: the last state is saved, the run can be talked to and carried on later. */
  'runs.stop': method(z.object({ runId }), runRecord),
  'runs.update': method(
    z.object({ runId, name: name.optional(), notes: z.string().max(20_000).optional() }),
    runRecord,
  ),
  'runs.delete': method(z.object({ runId }), done),
  'runs.restore': method(z.object({ runId }), runRecord),
  'runs.compare': method(
    z.object({ runIds: z.array(runId).min(2).max(12), maxPoints: z.number().int().min(10).max(maxCurvePoints) }),
    z.object({ runs: z.array(runRecord), curves: z.array(runCurves), differences: z.array(runDifference) }),
  ),

  'queue.get': method(nothing, queueState),
  /** To this place among those that wait, 0 for the next one. */
  'queue.move': method(z.object({ runId, to: z.number().int().min(0).max(100_000) }), queueState),

  'talk.list': method(nothing, z.array(conversationRecord)),
  'talk.get': method(
    z.object({ conversationId }),
    z.object({ conversation: conversationRecord, messages: z.array(messageRecord) }),
  ),
  /** The answer that is being written, in whichever conversation; after a reload its text goes on from here. */
  'talk.writing': method(nothing, generation.nullable()),
  'talk.create': method(z.object({ runId }), conversationRecord),
  'talk.rename': method(z.object({ conversationId, title: name }), conversationRecord),
  'talk.delete': method(z.object({ conversationId }), done),
  'talk.restore': method(z.object({ conversationId }), conversationRecord),
  /** Of an answer's versions the one that the page goes on with. */
  'talk.choose': method(
    z.object({ messageId }),
    z.object({ conversation: conversationRecord, messages: z.array(messageRecord) }),
  ),
  /** How much of a page, and of what is about to be written at its end, a model would read. */
  'talk.reading': method(
    z.object({
      runId,
      conversationId: conversationId.nullable(),
      draft: z.string().max(maxPromptLength),
    }),
    reading,
  ),
  /** Beginnings out of the text that a model learned from, or its sample prompt where that text is not here. */
  'talk.starters': method(z.object({ runId }), z.array(z.string())),
  /** Stores the prompt, starts generating, answers at once; the text arrives as `generation` events. */
  'talk.generate': method(
    z.object({
      conversationId,
      runId,
      checkpoint: checkpointKind,
      /**
       * What the person has written at the end of the page; empty: the page goes on from where it ends. null: another
       * version of the last answer, which then is the chosen one.
       */
      prompt: z.string().max(maxPromptLength).nullable(),
      sampling,
      /** The conversation's own model was deleted, and the person chose this one. */
      withAnother: z.boolean().optional(),
    }),
    z.object({ generationId, messageId, seed: z.number().int() }),
  ),
  'talk.stop': method(z.object({ generationId }), done),

  'trash.list': method(nothing, trashContents),
  /** For good; what something still needs is left. null: everything. */
  'trash.empty': method(
    z.object({ ids: z.array(trashItem.shape.id).min(1).max(10_000).nullable() }),
    z.object({ removed: z.number().int(), left: z.number().int() }),
  ),
} as const

export type Methods = typeof methods
export type Method = keyof Methods
export type Input<M extends Method> = z.input<Methods[M]['input']>
export type Output<M extends Method> = z.output<Methods[M]['output']>
export const methodNames = Object.keys(methods) as Method[]
