import { initial } from './0001-initial'
import { rollbacks } from './0002-rollbacks'
import { engines } from './0003-engines'
import { modern } from './0004-modern'
import { stepPrecision } from './0005-precision'
import { outOfMemory } from './0006-out-of-memory'
import { openLists } from './0007-open-lists'
import { trash } from './0008-trash'
import { revisions } from './0009-revisions'
import { leftOut } from './0010-left-out'
import { wishes } from './0011-wishes'
import { earlierStates } from './0012-earlier-states'
import { pyramid } from './0013-pyramid'
import { versions } from './0014-versions'
import { parents } from './0015-parents'
import { queue } from './0016-queue'
import { extensions } from './0017-extensions'
import { tokens } from './0018-tokens'
import { splits } from './0019-splits'
import type { Migration } from './migration'

/** In order, without gaps: `user_version` of a database is the version of the last one applied. */
export const migrations: readonly Migration[] = [
  initial,
  rollbacks,
  engines,
  modern,
  stepPrecision,
  outOfMemory,
  openLists,
  trash,
  revisions,
  leftOut,
  wishes,
  earlierStates,
  pyramid,
  versions,
  parents,
  queue,
  extensions,
  tokens,
  splits,
]
