import type { OperationId } from '../ids.ts';
import type { Branch } from '../branches/branch.ts';
import type { DatasetRecord } from '../data/dataset.ts';
import type { ModelTest } from '../modelTests/modelTest.ts';
import type { Edge, ModelNode, Rejection } from './graph.ts';

/** One record replaced: `before` is absent when it is new, `after` when it goes. Never both absent. */
export type Change =
  | { readonly of: 'node'; readonly before?: ModelNode; readonly after?: ModelNode }
  | { readonly of: 'edge'; readonly before?: Edge; readonly after?: Edge }
  | { readonly of: 'rejection'; readonly before?: Rejection; readonly after?: Rejection }
  | { readonly of: 'dataset'; readonly before?: DatasetRecord; readonly after?: DatasetRecord }
  | { readonly of: 'test'; readonly before?: ModelTest; readonly after?: ModelTest }
  | { readonly of: 'branch'; readonly before?: Branch; readonly after?: Branch };

export type OperationKind =
  | 'import' | 'add' | 'rename' | 'annotate' | 'tag' | 'set-type' | 'remove'
  | 'connect' | 'disconnect' | 'confirm' | 'reverse' | 'reject' | 'infer' | 'undo' | 'redo'
  | 'create' | 'replay' | 'add-data' | 'rename-data' | 'annotate-data'
  | 'remove-data' | 'add-test' | 'edit-test' | 'remove-test'
  | 'add-branch' | 'move-branch' | 'rename-branch' | 'remove-branch' | 'cascade' | 'merge'
  | 'adopt'; // prettier-ignore

/**
 * An entry of the log: what was done, and every record it changed. Applying `changes` in order does
 * it; applying them reversed, each with its sides swapped, undoes it.
 */
export interface Operation {
  readonly id: OperationId;
  /** ms since 1970. */
  readonly at: number;
  readonly kind: OperationKind;
  /** For people: "Renamed a to b". */
  readonly title: string;
  readonly changes: readonly Change[];
  /** The operation that this one takes back (`undo`) or does again (`redo`). */
  readonly target?: OperationId;
  /** Operations in a row with the same group are one act (a cascade's models): undone and redone together. */
  readonly group?: string;
}
