import type { NodeId, TestId } from '../../core/ids.ts';
import type { IncomingFile } from '../../rpc/calls.ts';

/** What stands in the middle instead of the graph, with what it is about. */
export type Work =
  /** With `base`, what each of the two changed of it. */
  | { readonly is: 'diff'; readonly a: NodeId; readonly b: NodeId; readonly base?: NodeId }
  /** All models where `nodes` is absent. */
  | { readonly is: 'tests'; readonly nodes?: readonly NodeId[] }
  | { readonly is: 'merge'; readonly x: NodeId; readonly y: NodeId }
  /** Models to hold with less precision; as it was left where `nodes` is absent. */
  | { readonly is: 'lossy'; readonly nodes?: readonly NodeId[] }
  /** Where the bytes are. */
  | { readonly is: 'storage' }
  /** Branches of this lineage; with `files`, another lineage beside it; `adding`: a name is to be typed. */
  | {
      readonly is: 'branches';
      readonly files?: readonly IncomingFile[];
      readonly adding?: boolean;
    };

/** What stands at the right instead of the inspector, beside the graph it speaks of. */
export type Side =
  | { readonly is: 'search'; readonly node?: NodeId; readonly test?: TestId }
  /** A smaller way to store what is stored. */
  | { readonly is: 'repack' }
  | { readonly is: 'cascade'; readonly old?: NodeId; readonly new?: NodeId; readonly id?: string };

/** Kinds of standing, each with a colour and a sign of its own. */
export type Tone =
  'good' | 'bad' | 'unknown' | 'candidate' | 'next' | 'waiting' | 'running' | 'done' | 'stopped';

/** How a model stands in what goes on: drawn on the graph, and said to a screen reader. */
export interface Mark {
  readonly tone: Tone;
  /** "fails accuracy", "will be made again". */
  readonly label: string;
}
