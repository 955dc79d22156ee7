import { serve } from './cli/serve'
import { exitWith } from './cli/exit'

exitWith(serve({ programDir: import.meta.dirname }, process.env))
