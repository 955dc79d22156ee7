/** Terms of the field, in plain words. Any screen may show one with components/app/GlossaryTerm.vue. */
export const glossary = {
  model: {
    term: 'model',
    text: 'A program made of numbers that predicts which token comes next. Training adjusts the numbers.',
  },
  parameters: {
    term: 'parameters',
    text: 'The numbers a model learns. More parameters can store more, and need more text, time and memory.',
  },
  token: {
    term: 'tokens',
    text: 'What a model reads and writes: single characters, parts of words or whole words.',
  },
  vocabulary: { term: 'vocabulary', text: 'All the different tokens a model knows.' },
  readingWindow: {
    term: 'context length',
    text: 'How many tokens the model reads at once. It can’t use anything further back.',
  },
  step: { term: 'step', text: 'The model reads one batch of text, predicts it, and is corrected once.' },
  epoch: { term: 'epochs', text: 'How many times the model goes through the whole training text.' },
  loss: {
    term: 'loss',
    text: 'How surprised the model is by the next token, in nats. Lower is better.',
  },
  validation: {
    term: 'validation',
    text: 'A tenth of your text, drawn from all of it, is set aside and never trained on. The loss on it shows whether the model has learned or only memorized.',
  },
  perplexity: {
    term: 'perplexity',
    text: 'How many tokens the model hesitates between, on average. Lower is better. It is the exponential of the loss.',
  },
  bitsPerByte: {
    term: 'bits per byte',
    text: 'The loss per byte of text. Use it to compare models with different vocabularies.',
  },
  learningRate: { term: 'learning rate', text: 'How much each step changes the model.' },
  optimizer: {
    term: 'optimizer',
    text: 'The rule that turns errors into changes to the model. AdamW is the classic, Muon is newer.',
  },
  gradient: {
    term: 'gradient',
    text: 'The direction and size of a change to the model. The gradient norm is its size.',
  },
  checkpoint: {
    term: 'checkpoint',
    text: 'A saved version of the model. You can use it and resume training from it.',
  },
  engine: {
    term: 'engine',
    text: 'The software that does the computing. Engines give the same results at different speeds.',
  },
  temperature: {
    term: 'temperature',
    text: 'How daring the model is. Low: likely tokens, more repetition. High: more surprises, more mistakes.',
  },
  time: {
    term: 'time',
    text: 'Measured with a few real steps on this computer, or taken from your earlier runs. Other programs make it longer.',
  },
  disk: { term: 'disk space', text: 'For the saved versions of this model, without your text.' },
  memory: { term: 'memory', text: 'The most memory (RAM) training is expected to need.' },
}
