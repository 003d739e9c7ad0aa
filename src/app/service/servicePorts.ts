import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { LineageLog, WriterLock } from '../../core/ports/lineageLog.ts';
import type { ModelFormats } from '../../core/ports/modelFormats.ts';
import type { StorageEstimate } from '../../core/ports/storageEstimate.ts';
import type { ImportPorts } from '../import/importModels.ts';
import type { LineageSession } from '../lineageSession.ts';
import type { ContentUse } from '../storage/contentUse.ts';

/** Everything the lineage service is wired with. */
export interface ServicePorts extends ImportPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly log: LineageLog;
  readonly lock: WriterLock;
  readonly formats: ModelFormats;
  readonly estimate: StorageEstimate;
  readonly use: ContentUse;
}
