import type { ChunkId, NodeId, OperationId, SnapshotId } from './ids.ts';
import type { EdgeKind } from './lineage/graph.ts';

/**
 * Everything that can go wrong, by code, with the facts a caller needs to act on it.
 *
 * A code is a literal and never derived from a class name, so it survives minification, JSON and
 * the way between threads. Cancelling is not a failure: it stays the platform's `AbortError`.
 */
export interface Failures {
  /** The bytes are not a well-formed file of `format`. `at` is a byte offset in `file`. */
  'format-invalid': {
    readonly file: string;
    readonly format: string;
    readonly at: number;
    readonly reason: string;
  };
  /** No reader knows this file. `looksLike` says what it seems to be, e.g. "an HTML page". */
  'format-unknown': { readonly file: string; readonly looksLike: string };
  /** Well-formed, but over a safety limit or using what we do not carry. */
  'format-unsupported': {
    readonly file: string;
    readonly format: string;
    readonly at: number;
    readonly what: string;
  };
  /** A checkpoint asks for something the restricted unpickler does not build. */
  'pickle-refused': { readonly file: string; readonly at: number; readonly what: string };
  /** A model names another file that was not given with it. */
  'companion-missing': { readonly file: string; readonly needs: string };
  /** A model names a companion by a path that leaves its folder. */
  'companion-escapes': { readonly file: string; readonly path: string };
  /** The platform could not read the file, or it changed while it was read. */
  'file-unreadable': { readonly file: string; readonly at: number; readonly reason: string };

  'chunk-missing': { readonly chunk: ChunkId; readonly usedBy: readonly string[] };
  'chunk-corrupt': { readonly chunk: ChunkId; readonly usedBy: readonly string[] };
  'codec-unknown': { readonly chunk: ChunkId; readonly codec: number };
  'codec-invalid': { readonly codec: string; readonly reason: string };
  'snapshot-missing': { readonly snapshot: SnapshotId };
  'record-corrupt': { readonly table: string; readonly key: string; readonly reason: string };

  'quota-exceeded': { readonly neededBytes: number; readonly availableBytes: number | undefined };
  /** The browser removed what was stored; `expected` is what a second record says was there. */
  'storage-evicted': { readonly expectedModels: number };
  /** The browser refuses a database here at all (private mode, policy). */
  'storage-unavailable': { readonly reason: string };
  /** A newer version of the app has written this database. */
  'storage-newer': { readonly found: number; readonly known: number };

  /** The import is not waiting any more: it was finished or discarded, perhaps by another tab. */
  'import-missing': { readonly id: string };
  'node-missing': { readonly node: string };
  'name-taken': { readonly name: string };
  'name-invalid': { readonly name: string; readonly reason: string };
  'edge-exists': { readonly kind: EdgeKind; readonly from: NodeId; readonly to: NodeId };
  'edge-missing': { readonly kind: EdgeKind; readonly from: NodeId; readonly to: NodeId };
  /** Adding the edge would close a cycle; `path` leads from `to` back to `from`. */
  'lineage-cycle': { readonly kind: EdgeKind; readonly path: readonly NodeId[] };
  /** `detail` says which invariant: a node without its parent, a third version predecessor, … */
  'lineage-invalid': { readonly detail: string };
  'nothing-to-undo': { readonly direction: 'undo' | 'redo' };
  /** What an operation expects to replace is not what is there. */
  'operation-conflict': { readonly operation: OperationId; readonly what: string };

  /** A data set's files cannot be read as one. `line` is 1-based. */
  'dataset-invalid': { readonly file: string; readonly line?: number; readonly reason: string };
  'dataset-missing': { readonly dataset: string };
  /** The data does not fit the model or the function: says what to choose instead. */
  'data-unfit': { readonly reason: string };
  /** Operators on the gradient's way that have no gradient here; `trainable` is what is left to train. */
  'operator-not-differentiable': {
    readonly operators: readonly {
      readonly op: string;
      readonly node: string;
      readonly why: string;
    }[];
    readonly trainable: readonly string[];
  };
  /** A network cannot be computed: an operator, a shape or a value that is not supported. */
  'network-unsupported': { readonly node: string; readonly reason: string };
  /** Loss or weights stopped being finite at `step`; nothing was lost but that run. */
  'training-not-finite': { readonly step: number; readonly where: string };
  'device-lost': { readonly reason: string };
  'device-unavailable': { readonly device: string; readonly reason: string };
  'out-of-memory': { readonly neededBytes: number; readonly reason: string };
  /** The runtime failed; `reason` is its message. */
  'compute-failed': { readonly reason: string };
  'function-missing': { readonly function: string };
  /** Arguments or parents that a creation function cannot take. */
  'recipe-invalid': { readonly function: string; readonly field: string; readonly reason: string };
  'recipe-missing': { readonly node: string };
  'job-missing': { readonly id: string };

  'test-missing': { readonly test: string };
  /** A test as it was written cannot be: says which field and what it takes. */
  'test-invalid': { readonly field: string; readonly reason: string };
  /** A user-written test stopped; `line` is 1-based in the script. */
  'script-failed': { readonly reason: string; readonly line?: number };
  /** A search cannot be begun: the bad model passes, no ancestor is left, … */
  'search-unfit': { readonly reason: string };
  'cascade-unfit': { readonly reason: string };
  'cascade-missing': { readonly id: string };
  /** Two models cannot be merged, and why. */
  'merge-refused': { readonly reasons: readonly string[] };
  /** Layers that a person has to choose for first; or, with `because`, that the tests speak against. */
  'merge-conflict': { readonly layers: readonly string[]; readonly because?: readonly string[] };
  /** A model cannot be made lossy, or not given back: why, and in `todo` what would change that. */
  'lossy-refused': { readonly node: string; readonly reason: string; readonly todo: string };
  'branch-missing': { readonly branch: string };
  /** A file is no lineage, or contradicts itself. */
  'lineage-file-invalid': { readonly file: string; readonly reason: string };
}

export type FailureCode = keyof Failures;

/** The one error class of the project. `message` is for developers; the page words its own. */
export class LineageError<Code extends FailureCode = FailureCode> extends Error {
  override readonly name = 'LineageError';
  readonly code: Code;
  readonly data: Failures[Code];

  constructor(code: Code, data: Failures[Code], options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(data)}`, options);
    this.code = code;
    this.data = data;
  }
}

/** The error narrowed to those of `codes`, or to any LineageError without them. */
export function isLineageError<Code extends FailureCode = FailureCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is { [C in Code]: LineageError<C> }[Code] {
  if (!(error instanceof LineageError)) return false;
  const { code } = error as LineageError;
  return codes.length === 0 || codes.some((wanted) => wanted === code);
}
