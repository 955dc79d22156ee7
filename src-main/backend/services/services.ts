import type { CorpusService } from './corpora'
import type { EngineService } from './engines'
import type { Generator } from './generator'
import type { QueueService } from './queue'
import type { RunService } from './runs'
import type { SettingsService } from './settings'
import type { SystemService } from './system'
import type { TalkService } from './talk'
import type { TrashService } from './trash'
import type { UploadService } from './uploads'

/** The use-cases: what requests and the command line are made of. */
export interface Services {
  readonly system: SystemService
  readonly engines: EngineService
  readonly settings: SettingsService
  readonly uploads: UploadService
  readonly corpora: CorpusService
  readonly runs: RunService
  readonly queue: QueueService
  readonly talk: TalkService
  readonly trash: TrashService
  readonly generator: Generator
}
