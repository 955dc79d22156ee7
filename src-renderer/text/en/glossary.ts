/** Words of the field, said plainly. Any screen may show one with components/app/GlossaryTerm.vue. */
export const glossary = {
  model: {
    term: 'model',
    text: 'A program made of numbers that guesses which piece of text comes next. Training adjusts the numbers.',
  },
  parameters: {
    term: 'parameters',
    text: 'The numbers that the model learns. More can hold more knowledge, and need more text, time and memory.',
  },
  token: {
    term: 'pieces',
    text: 'Text is cut into pieces before the model reads it: letters, letter groups or whole words. Also called tokens.',
  },
  vocabulary: { term: 'vocabulary', text: 'All the different pieces that a model knows.' },
  readingWindow: {
    term: 'reading window',
    text: 'How many pieces the model sees at once. Also called block size or context length.',
  },
  step: { term: 'step', text: 'The model reads a few passages, guesses, and is corrected once.' },
  epoch: { term: 'passes', text: 'How often the model goes through the whole training text. Also called epochs.' },
  loss: {
    term: 'loss',
    text: 'How surprised the model is by the next piece of text. Lower is better. Measured in nats.',
  },
  validation: {
    term: 'test on unseen text',
    text: 'The last tenth of the text is kept aside and never trained on. How well the model does there shows whether it has learned or only memorised.',
  },
  perplexity: {
    term: 'perplexity',
    text: 'As if the model had to choose among this many equally likely pieces each time. Lower is better.',
  },
  bitsPerByte: {
    term: 'bits per byte',
    text: 'Loss counted per letter of text, so that models with different vocabularies can be compared.',
  },
  learningRate: { term: 'learning rate', text: 'How large each correction is.' },
  optimizer: {
    term: 'optimizer',
    text: 'The rule that turns the errors of a step into corrections of the model. AdamW is the classic; Muon is newer.',
  },
  gradient: {
    term: 'gradient',
    text: 'The direction and size of a correction. Its length shows how strongly the model is being changed.',
  },
  checkpoint: {
    term: 'saved state',
    text: 'Everything needed to carry on or to talk to the model, written to disk. Also called a checkpoint.',
  },
  engine: {
    term: 'engine',
    text: 'The program library that does the computing. The result is the same; the speed is not.',
  },
  temperature: {
    term: 'temperature',
    text: 'How daring the model is. Low: it takes the likeliest piece. High: it surprises more, and makes more mistakes.',
  },
  memory: { term: 'memory', text: 'Working memory (RAM) that the training needs at its peak. An estimate.' },
}
