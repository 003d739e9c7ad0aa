import type { StartState } from '../core/views.ts';
import type { LayoutApi, LineageApi } from '../rpc/api.ts';
import type { IncomingFile } from '../rpc/calls.ts';

/** What the page hands to its session: the two wires. */
export interface SessionWires {
  readonly lineage: LineageApi;
  readonly layout: LayoutApi;
}

export type StartView =
  { readonly is: 'starting' } | StartState | { readonly is: 'failed'; readonly error: unknown };

/** The panel in front on a small screen. */
export type Pane = 'models' | 'graph' | 'inspector' | 'storage';
export type InspectorTab =
  | 'overview'
  | 'receipt'
  | 'recipe'
  | 'try'
  | 'tests'
  | 'tensors'
  | 'layers'
  | 'storage'
  | 'history'
  | 'evidence';
/** What the panel at the left lists. */
export type Listing = 'models' | 'datasets';
/** Takes data files that were dropped; of the part of the screen that is waiting for some. */
export type DataTaker = (files: readonly IncomingFile[]) => void;
