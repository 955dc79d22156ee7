import { runFields, runLimits, samplingLimits, type RunField } from '../../src-preload/contract/limits'

function range(field: RunField): string {
  const limit = runLimits[field]
  switch (limit.kind) {
    case 'number':
      return `${limit.min} to ${limit.max}`
    case 'choice':
      return limit.options.join(', ')
    case 'text':
      return `text, up to ${limit.maxLength} characters`
  }
}

const { temperature, topK, topP, maxTokens } = samplingLimits

/** What `--help` prints. */
export function help(): string {
  const settings = runFields.map((field) => `    ${field.padEnd(24)} ${range(field)}`).join('\n')
  return `Homegrown trains language models on this computer, from your own texts.

Usage: npm run -s homegrown -- COMMAND

  train FILE             train on a text (.txt, .md, or a folder of them)
    --model NAME           kind of model: ${range('model')} (modern)
    --preset NAME          size and length: tiny, small, medium or large, with -quick, -normal or -long (tiny-normal)
    --steps N              number of steps, instead of the preset's
    --name NAME            what the run is called
    --set KEY=VALUE …      settings (below)
  resume RUN             carry on a run that was paused, stopped, interrupted or failed
    --less-memory          where it does not fit any more: the same steps computed with less, slower
  generate RUN PROMPT    let a run continue a text
    --max-tokens N         ${maxTokens.min} to ${maxTokens.max} (${maxTokens.default})
    --temperature X        ${temperature.min} to ${temperature.max} (${temperature.default}); 0 always takes the likeliest
    --top-k N              ${topK.min} to ${topK.max} (${topK.default}); 0 turns it off
    --top-p X              ${topP.min} to ${topP.max} (${topP.default})
    --seed N               repeats an answer
    --stop TEXT            ends where this text would come, may be repeated
    --checkpoint best|last which saved state (best)
  runs                   list all runs
  show RUN               one run with its settings and its last figures
  compare RUN RUN        which settings differ, and what came of it
  delete RUN             delete a run and what it saved
  serve                  Homegrown in the browser, on this computer only
  engine                 which engines can be installed, and what is there
  engine install NAME    install one (tensorflow, cuda): with Python's pip, or from files
    --file WHEEL           a file that was brought from elsewhere, may be repeated
  engine remove NAME     remove it again
  doctor                 what this computer can do, and how fast each engine is
    --measure              measure again

RUN is a run's id, the beginning of one, or its exact name.
--json writes one JSON object a line (runs: one array) instead of words.
Ctrl-C while training saves and says how to carry on.

Environment: HOMEGROWN_PROFILE (folder of texts, runs and database), HOMEGROWN_CACHE, HOMEGROWN_TENSORFLOW_DIR,
HOMEGROWN_ENGINE=wasm, HOMEGROWN_PORT (serve).

Exit codes: 0 done; 1 the work failed; 2 wrong arguments or settings, or a file that cannot be used; 3 not possible now
(no such run, not resumable, nothing saved); 4 disk or memory full; 130 ended by Ctrl-C.

Settings for --set:
${settings}
`
}
