import { exitWith } from './cli/exit'
import { serve } from './cli/serve'

exitWith(() => serve({ programDir: import.meta.dirname }, process.env, { options: {} }), { json: false })
