import { app } from './app'
import { errors } from './errors'
import { fields } from './fields'
import { glossary } from './glossary'
import { history } from './history'
import { newRun } from './newRun'
import { run } from './run'
import { settings } from './settings'
import { start } from './start'
import { talk } from './talk'
import { texts } from './texts'
import { trash } from './trash'

export const en = { app, errors, fields, glossary, history, newRun, run, settings, start, talk, texts, trash }
