import { z } from 'zod'
import { corpusLimits, maxCurvePoints, maxPromptLength, runLimits } from './limits'
import * as r from './records'

/**
 * Every request that a screen or another program can make: name, input, output. The preload's allow-list, the
 * renderer's client and the backend's validation are derived from this value, and it imports nothing but data.
 */
const method = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })
const nothing = z.object({})
const done = z.object({})

export const methods = {
  'system.info': method(nothing, r.computerInfo),
  /** Of the above what every screen needs, without a look at the engines. */
  'system.profile': method(nothing, z.object({ folder: z.string(), writable: z.boolean() })),
  /** Tries again what could not start; `restore` first puts back the newest whole copy of a damaged database. */
  'system.start': method(z.object({ restore: z.boolean() }), done),

  /** Measures every engine that works here, one after the other; refused while something trains. */
  'engines.measure': method(nothing, r.computerInfo),
  'engines.packages': method(nothing, z.array(r.enginePackage)),
  /** Answers at once; progress and end arrive as `install` events. */
  'engines.install': method(
    z.object({
      engine: r.installableEngine,
      source: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('index') }),
        z.object({ kind: z.literal('files'), paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
        z.object({ kind: z.literal('uploads'), uploadIds: z.array(r.uploadId).min(1).max(100) }),
      ]),
    }),
    done,
  ),
  'engines.cancelInstall': method(nothing, done),
  /** Removes what was installed; an engine that something computes with stays loaded there. */
  'engines.remove': method(z.object({ engine: r.installableEngine }), done),

  'settings.get': method(nothing, r.settings),
  'settings.set': method(r.settings.partial(), r.settings),

  'corpora.list': method(nothing, z.array(r.corpusRecord)),
  'corpora.import': method(
    z.object({
      name: r.name.optional(),
      sources: z
        .array(
          z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('path'), path: z.string().min(1).max(4096) }),
            z.object({ kind: z.literal('upload'), uploadId: r.uploadId }),
            z.object({ kind: z.literal('sample'), language: z.enum(['en', 'zh-CN']) }),
          ]),
        )
        .min(1)
        .max(corpusLimits.maxFiles),
      /** Imports it also where a text with the same content is here. */
      again: z.boolean().optional(),
    }),
    r.importedCorpus,
  ),
  'corpora.cancel': method(z.object({ corpusId: r.corpusId }), done),
  'corpora.documents': method(z.object({ corpusId: r.corpusId }), z.array(r.corpusDocument)),
  /** What a file whose encoding was guessed may be in, the likeliest first. */
  'corpora.encodings': method(
    z.object({ corpusId: r.corpusId, document: z.number().int().min(0) }),
    z.array(r.encodingCandidate),
  ),
  /** A new text with this file read anew; when it is ready, the old one goes to the trash. */
  'corpora.reread': method(
    z.object({ corpusId: r.corpusId, document: z.number().int().min(0), encoding: z.string().min(1).max(40) }),
    r.corpusRecord,
  ),
  'corpora.preview': method(
    z.object({
      corpusId: r.corpusId,
      /** Characters, roughly: a byte offset into the stored text moved to the next whole character. */
      offsetBytes: z.number().int().min(0),
      characters: z.number().int().min(1).max(corpusLimits.maxPreviewCharacters),
    }),
    z.object({ text: z.string(), nextOffsetBytes: z.number().int(), totalBytes: z.number().int() }),
  ),
  /** What was left out, repaired or lost has been seen: the card no longer mentions it. */
  'corpora.dismiss': method(z.object({ corpusId: r.corpusId }), r.corpusRecord),
  'corpora.rename': method(z.object({ corpusId: r.corpusId, name: r.name }), r.corpusRecord),
  /** Into the trash, as each delete; its runs keep their own tokens. What was never imported is gone at once. */
  'corpora.delete': method(z.object({ corpusId: r.corpusId }), done),
  'corpora.restore': method(z.object({ corpusId: r.corpusId }), r.corpusRecord),

  /**
   * From the suggestion for this choice, or from the settings of `base`. `from`: it goes on from another run's weights, so
   * that run's tokenizer and architecture stand (`inheritedFields`).
   */
  'runs.plan': method(
    z.object({
      corpusId: r.corpusId,
      choice: r.runChoice,
      overrides: r.runOverrides,
      base: r.planBase.optional(),
      from: r.runOrigin.optional(),
    }),
    r.runPlan,
  ),
  /** Times a few steps of this training, unless that is known or something trains; `changed` follows when more is known. */
  'runs.measure': method(z.object({ corpusId: r.corpusId, config: r.runConfig, from: r.runOrigin.optional() }), done),
  /** What this text comes to with that run's tokenizer. */
  'runs.fit': method(z.object({ runId: r.runId, corpusId: r.corpusId }), r.tokenizerFit),
  'runs.start': method(
    z.object({
      corpusId: r.corpusId,
      name: r.name.optional(),
      config: r.runConfig,
      from: r.runOrigin.optional(),
    }),
    r.runRecord,
  ),
  /** What changed since the revision of an answer before; 0 for everything. */
  'runs.list': method(z.object({ since: z.number().int().min(0) }), r.runChanges),
  /** Runs in whose name, text's name and notes together every word occurs; only of those that have notes. */
  'runs.search': method(z.object({ text: z.string().max(1000) }), z.array(r.runId)),
  'runs.get': method(z.object({ runId: r.runId }), r.runDetail),
  'runs.curves': method(
    z.object({ runId: r.runId, maxPoints: z.number().int().min(10).max(maxCurvePoints) }),
    r.runCurves,
  ),
  /** Those that train in this backend or wait for it: they end with it. */
  'runs.own': method(nothing, z.array(r.runId)),
  'runs.pause': method(z.object({ runId: r.runId }), r.runRecord),
  /**
   * `from`: the best state instead of the newest, with the optimizer's moments from zero.
   * `withLessMemory`: computes the same steps otherwise where `run.fitsWithLess` said that it would not fit as it is.
   */
  'runs.resume': method(
    z.object({ runId: r.runId, from: z.literal('best').optional(), withLessMemory: z.boolean().optional() }),
    r.runRecord,
  ),
  /**
   * `steps` more from where a run stands that is done, or was stopped or paused: same weights and moments, a new schedule, the
   * same curve. `withLessMemory`: as in `runs.resume`.
   */
  'runs.extend': method(
    z.object({
      runId: r.runId,
      steps: z.number().int().min(runLimits.maxSteps.min).max(runLimits.maxSteps.max),
      withLessMemory: z.boolean().optional(),
    }),
    r.runRecord,
  ),
  /** Stop and keep: the last state is saved, the run can be talked to and carried on later. */
  'runs.stop': method(z.object({ runId: r.runId }), r.runRecord),
  'runs.update': method(
    z.object({ runId: r.runId, name: r.name.optional(), notes: z.string().max(20_000).optional() }),
    r.runRecord,
  ),
  'runs.delete': method(z.object({ runId: r.runId }), done),
  'runs.restore': method(z.object({ runId: r.runId }), r.runRecord),
  'runs.compare': method(
    z.object({ runIds: z.array(r.runId).min(2).max(12), maxPoints: z.number().int().min(10).max(maxCurvePoints) }),
    z.object({ runs: z.array(r.runRecord), curves: z.array(r.runCurves), differences: z.array(r.runDifference) }),
  ),

  'queue.get': method(nothing, r.queueState),
  /** To this place among those that wait, 0 for the next one. */
  'queue.move': method(z.object({ runId: r.runId, to: z.number().int().min(0).max(100_000) }), r.queueState),

  'talk.list': method(nothing, z.array(r.conversationRecord)),
  'talk.get': method(
    z.object({ conversationId: r.conversationId }),
    z.object({ conversation: r.conversationRecord, messages: z.array(r.messageRecord) }),
  ),
  /** The answer that is being written, in whichever conversation; after a reload its text goes on from here. */
  'talk.writing': method(nothing, r.generation.nullable()),
  'talk.create': method(z.object({ runId: r.runId }), r.conversationRecord),
  'talk.rename': method(z.object({ conversationId: r.conversationId, title: r.name }), r.conversationRecord),
  'talk.delete': method(z.object({ conversationId: r.conversationId }), done),
  'talk.restore': method(z.object({ conversationId: r.conversationId }), r.conversationRecord),
  /** Of an answer's versions the one that the page goes on with. */
  'talk.choose': method(
    z.object({ messageId: r.messageId }),
    z.object({ conversation: r.conversationRecord, messages: z.array(r.messageRecord) }),
  ),
  /** How much of a page, and of what is about to be written at its end, a model would read. */
  'talk.reading': method(
    z.object({
      runId: r.runId,
      conversationId: r.conversationId.nullable(),
      draft: z.string().max(maxPromptLength),
    }),
    r.reading,
  ),
  /** Beginnings out of the text that a model learned from, or its sample prompt where that text is not here. */
  'talk.starters': method(z.object({ runId: r.runId }), z.array(z.string())),
  /** Stores the prompt, starts generating, answers at once; the text arrives as `generation` events. */
  'talk.generate': method(
    z.object({
      conversationId: r.conversationId,
      runId: r.runId,
      checkpoint: r.checkpointKind,
      /**
       * What the person has written at the end of the page; empty: the page goes on from where it ends. null: another
       * version of the last answer, which then is the chosen one.
       */
      prompt: z.string().max(maxPromptLength).nullable(),
      sampling: r.sampling,
      /** The conversation's own model was deleted, and the person chose this one. */
      withAnother: z.boolean().optional(),
    }),
    z.object({ generationId: r.generationId, messageId: r.messageId, seed: z.number().int() }),
  ),
  'talk.stop': method(z.object({ generationId: r.generationId }), done),

  'trash.list': method(nothing, r.trashContents),
  /** For good; what something still needs is left. null: everything. */
  'trash.empty': method(
    z.object({ ids: z.array(r.trashItem.shape.id).min(1).max(10_000).nullable() }),
    z.object({ removed: z.number().int(), left: z.number().int() }),
  ),
} as const

export type Methods = typeof methods
export type Method = keyof Methods
export type Input<M extends Method> = z.input<Methods[M]['input']>
export type Output<M extends Method> = z.output<Methods[M]['output']>
export const methodNames = Object.keys(methods) as Method[]
