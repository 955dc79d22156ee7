import { count } from './amounts'
import { argumentTexts } from './argument-text'
import { engineTexts } from './engine-text'
import { importTexts } from './import-text'
import { runTexts } from './run-text'
import { trashTexts } from './trash-text'

/** Everything that the command line says but for errors (error-text.ts) and what help says of commands (command-text.ts). */
export const texts = {
  ...argumentTexts,
  ...engineTexts,
  ...importTexts,
  ...runTexts,
  ...trashTexts,

  version: (version: string) => `Homegrown ${version}`,
  serving: (address: string) => `Homegrown is at ${address}`,
  servingSaves: (name: string, step: number) =>
    `Saving ${name}. To quit now, press Ctrl-C again: ${step === 0 ? 'nothing is saved yet' : `it keeps step ${step}`}.`,
  servedAlready: (address: string) => `Homegrown is already running at ${address}`,
  databaseWhole: 'The database is whole: nothing was put back.',
  databaseRestored: (copy: string) => `The database was damaged. Put back: ${copy}`,
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
}
