import type { DatasetId, NodeId } from '../../core/ids.ts';
import type { EdgeKind } from '../../core/lineage/graph.ts';
import type { FsckReport, ImportReport } from '../../core/views.ts';
import type { IncomingFile } from '../../rpc/calls.ts';
import type { CreateStart } from '../create/startFrom.ts';
import type { TestStart } from '../modelTests/startTest.ts';
import type { Credit } from '../import/credit.ts';

/** The dialog in front of the screen, with what it needs. */
export type Dialog =
  | { readonly is: 'palette' }
  | { readonly is: 'keys' }
  | { readonly is: 'remove'; readonly ids: readonly NodeId[] }
  | {
      readonly is: 'connect';
      readonly from: NodeId;
      readonly to?: NodeId;
      readonly kind?: EdgeKind;
    }
  | { readonly is: 'import-report'; readonly report: ImportReport; readonly credit?: Credit }
  | { readonly is: 'free-space' }
  | { readonly is: 'fsck'; readonly report: FsckReport }
  | { readonly is: 'history' }
  /** Asks before lossy models are made as their view says. */
  | { readonly is: 'make-lossy' }
  /** Of these lossy models. */
  | { readonly is: 'release-originals'; readonly lossy: readonly NodeId[] }
  | { readonly is: 'create'; readonly start: CreateStart }
  | { readonly is: 'test'; readonly start: TestStart }
  /** Of `session.runs`. */
  | { readonly is: 'training'; readonly run: number }
  | { readonly is: 'dataset'; readonly id: DatasetId }
  | { readonly is: 'add-dataset'; readonly files?: readonly IncomingFile[] };
