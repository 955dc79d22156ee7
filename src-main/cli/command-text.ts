import { runLimits, samplingLimits } from '../../src-preload/contract/limits'
import type { CommandName, OptionName } from './commands'

/** How a person calls it. */
export const command = 'npm run -s homegrown --'

/** What help and completion say about each command. The first one is a line of the overview. */
export const commandTexts: Readonly<Record<CommandName, readonly [summary: string, ...more: string[]]>> = {
  train: [
    'Train a model on a text',
    'FILE is a text file or a folder of them; - reads standard input.',
    'With --from RUN it starts with the weights of that run, and keeps its tokenizer and architecture.',
    'Press Ctrl-C to save and pause. The run is also saved when the terminal closes or the output is cut off.',
  ],
  resume: [
    'Resume a run that was paused, stopped, interrupted or failed',
    'A run keeps the settings it started with. To change them, start a new run.',
    'With --steps N, trains N steps more from where a run stands that is done, stopped or paused, with a new schedule.',
  ],
  pause: ['Save a training and pause it, also one in a window or another terminal', 'Waits until the run is saved.'],
  stop: [
    'Save a training and stop it, also one in a window or another terminal',
    'Waits until the run is saved. You can still use it and resume it later.',
  ],
  generate: [
    'Let a model continue a prompt',
    'Without PROMPT, or with -, the prompt is read from standard input. Put -- before a prompt that begins with a dash.',
  ],
  runs: ['List all runs'],
  show: ['Show the settings and latest figures of a run'],
  compare: ['Compare the settings and results of two runs'],
  rename: ['Rename a run'],
  delete: ['Move a run to the trash', 'Asks first. You can restore the run for 30 days.'],
  restore: ['Restore a run, a text or a page from the trash', 'ID is the id or the exact name; `trash` lists both.'],
  trash: ['List what was deleted, and until when it can be restored'],
  'trash empty': ['Remove everything in the trash for good', 'Asks first.'],
  serve: [
    'Open Homegrown in the browser, on this computer only',
    'Port and key stay the same from start to start, so open tabs reconnect. HOMEGROWN_PORT chooses another port too.',
  ],
  engine: ['List the engines that can be installed'],
  'engine install': ['Install an engine, with pip or from files you bring'],
  'engine remove': ['Remove an installed engine'],
  doctor: ['Show what this computer can do and how fast each engine is'],
  completion: [
    'Print a completion script for bash, zsh or fish',
    `For bash, add this line to ~/.bashrc:   eval "$(${command} completion bash)"`,
    'It also defines the command `homegrown`, unless there is one already.',
  ],
  help: ['Show help for a command'],
}

const { temperature, topK, topP, maxTokens } = samplingLimits
const range = ({ min, max, default: usual }: { min: number; max: number; default: number }): string =>
  `${min} to ${max}; ${usual} by default`

export const optionTexts: Readonly<Record<OptionName, string>> = {
  model: `kind of model: ${runLimits.model.options.join(', ')}; llama by default`,
  preset: 'tiny, small, medium or large, with -quick, -normal or -long; tiny-normal by default',
  steps: `number of steps, ${runLimits.maxSteps.min} to ${runLimits.maxSteps.max}; train takes it from the preset by default`,
  name: 'name of the run',
  from: 'run whose best version this one continues from; --checkpoint last takes the latest',
  set: 'any setting from the list below; may be repeated',
  'less-memory': 'compute the same steps with less memory, more slowly',
  'max-tokens': `length in tokens, ${range(maxTokens)}`,
  temperature: `${range(temperature)}; 0 always takes the likeliest token`,
  'top-k': `${range(topK)}; 0 turns it off`,
  'top-p': range(topP),
  seed: 'repeats an earlier result',
  stop: 'ends before this text; may be repeated',
  checkpoint: 'which saved version to use; generate takes the best by default, resume the last',
  'no-wait': 'return as soon as the request is made',
  yes: 'do not ask',
  file: 'a downloaded file to install from; may be repeated',
  measure: 'measure the engines again',
  restore: 'restore a damaged database from its newest intact copy',
  port: 'another port, 0 to 65535; 0 takes any free one, this time only',
  'new-key': 'use a new key: open tabs lose their access',
  json: 'print one JSON object per line, errors too',
  help: 'show help',
  version: 'show the version',
}
