import type { NodeId } from '../../core/ids.ts';
import type { OperationKind } from '../../core/lineage/operation.ts';
import type { MadeModel } from './creationFunction.ts';

/** A made model with what the caller decides of it before it is stored. */
export interface SettledModel {
  readonly made: MadeModel;
  /** Models it is also the next revision of: two for a merge, none where it is no version. */
  readonly revises: readonly NodeId[];
  readonly tags?: readonly string[];
  /** Instead of the first parent's. */
  readonly modelType?: string;
  /** Instead of the function's and the order's name. */
  readonly name?: string;
}

/** What a use case that makes models for a purpose (a cascade, a merge) adds to an order. */
export interface CreationExtras {
  /** What the operation is in the history; `create` where absent. */
  readonly kind?: OperationKind;
  /** For the history. */
  readonly title?: string;
  /** Operations in a row with one group are undone together. */
  readonly group?: string;
  /** Who goes on with the job after a closed tab; it is not offered as an interrupted creation then. */
  readonly owner?: string;
  /**
   * Looks at what was made before anything of it is stored: tests it, leaves some of it out. What it
   * throws ends the creation, as a failure of the function does.
   */
  readonly settle?: (made: readonly MadeModel[]) => Promise<readonly SettledModel[]>;
}
