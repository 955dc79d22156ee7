import { command } from './command-text'

/** a, b or c */
const either = (words: readonly (string | number)[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`

/** What the command line says about its arguments. */
export const argumentTexts = {
  unknownCommand: (name: string) => `There is no command ${name}.`,
  unknownOption: (option: string, command: string | null, offered: readonly string[]) =>
    `${command ?? 'Homegrown'} has no option ${option}. It takes ${either(offered)}.`,
  missing: (what: string, command: string) => `${what} is missing: ${command} needs one.`,
  surplus: (what: string, command: string) =>
    `“${what}” is one argument too many for ${command}. Put a name or a text with spaces in quotes.`,
  needsValue: (option: string, value: string) => `${option} needs a value: ${option} ${value}.`,
  stepsFromLast: '--steps continues from the newest version; it does not go with --checkpoint.',
  noValue: (option: string) => `${option} takes no value.`,
  repeated: (option: string) => `${option} is given more than once. Give it once.`,
  notOffered: (typed: string, offered: readonly string[]) => `“${typed}” does not exist. Use ${either(offered)}.`,
  notNumber: (typed: string) => `“${typed}” is not a number.`,
  notWhole: (typed: string) => `“${typed}” is not a whole number.`,
  ambiguous: (typed: string, readings: readonly number[]) =>
    `“${typed}” is ambiguous. ${readings.length > 1 ? 'Write' : 'If that is what you mean, write'} ${either(readings)}.`,
  readAs: (typed: string, value: number) => `“${typed}” is read as ${value}.`,
  outOfRange: (typed: string, min: number, max: number) => `“${typed}” is out of range. Use ${min} to ${max}.`,
  notSetting: (pair: string) => `“--set ${pair}” is not a setting. Write --set KEY=VALUE.`,
  notForModel: (setting: string, model: string, only: readonly string[]) =>
    `${setting} does nothing for a model of kind ${model}, only for ${either(only)}.`,
  longText: (setting: string, max: number) => `${setting} is too long. Use up to ${max} characters.`,
  checkpointNeedsFrom: '--checkpoint goes with --from RUN.',
  inherited: (given: string, name: string) =>
    `${given} cannot be chosen with --from: the weights of ${name} fit only its own tokenizer and architecture.`,
  stopTexts: 'Give up to 8 --stop texts, each of 1 to 100 characters.',
  emptyName: 'The name is empty. Give it at least one letter.',
  longName: (length: number, max: number) => `The name has ${length} characters. Use up to ${max}.`,
  emptyFile: 'The file name is empty. If it came from a variable, the variable is not set.',
  endlessInput: 'Standard input is a device that never ends. Pipe in a text instead.',
  needsYes: 'Deleting needs your consent. Add --yes to give it here.',
  seeHelp: 'See --help.',

  usage: (usage: string) => `Usage: ${command} ${usage}`,
  range: (min: number, max: number) => `${min} to ${max}`,
  textUpTo: (max: number) => `text, up to ${max} characters`,
  settingsHeading: 'Settings for --set:',
  helpOverview: (commands: string) => `Homegrown trains language models on this computer, from your own texts.

Usage: ${command} COMMAND

${commands}

RUN is the id of a run, the beginning of its id, or its exact name.
\`help COMMAND\` explains a command and its options. --version shows the version.
--json works with every command: one JSON object per line, errors as {"type":"error","code":…,"message":…}.
Numbers can be written as 10000, 10,000, 10 000, 1.5 or 1e-3.

Environment
  HOMEGROWN_PROFILE         folder of your texts, runs and models
  HOMEGROWN_CACHE           folder of installed engines
  HOMEGROWN_ENGINE          cuda, tensorflow, webgpu or wasm
  HOMEGROWN_TENSORFLOW_DIR  a TensorFlow library of your own
  HOMEGROWN_PORT            port of serve

Exit codes
    0  done
    1  failed, or ended by another window or terminal
    2  wrong arguments, settings or file
    3  not possible now, for example because there is no such run or nothing is saved
    4  disk or memory full
  129  the terminal was closed; a training is saved
  130  ended by Ctrl-C; a training is saved, unless you pressed it twice
  141  nobody reads the output any more, for example after \`| head\`; a training is saved
  143  ended from outside (SIGTERM); a training is saved`,
}
