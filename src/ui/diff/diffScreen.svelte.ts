import type { NodeId } from '../../core/ids.ts';
import type { ArchitectureView } from '../../core/views.ts';
import type { Session } from '../session.svelte.ts';
import { toggled } from '../inspector/layers/fold.ts';
import {
  alignRows,
  noneOpen,
  unfoldedAtFirst,
  type Alignment,
  type Compared,
} from './alignRows.ts';
import { DiffRun } from './diffRun.svelte.ts';
import { firstOrder, listPairs, type PairFilter, type PairOrder } from './listPairs.ts';

/** Two models with what a comparison of them shows before any tensor is read. */
export interface Both extends Compared {
  readonly viewA: ArchitectureView;
  readonly viewB: ArchitectureView;
}

/** The parts of the view; tabs where there is no room for all. */
export type Part = 'layers' | 'tensors' | 'detail';

export async function loadBoth(
  { mgit }: Session,
  a: NodeId,
  b: NodeId,
  signal: AbortSignal,
): Promise<Both> {
  const [diff, viewA, viewB] = await Promise.all([
    mgit.diff(a, b, { signal }),
    mgit.architecture(a),
    mgit.architecture(b),
  ]);
  return { diff, viewA, viewB, a: viewA.architecture, b: viewB.architecture };
}

/** The stream of the differences of the tensors that changed. */
export function diffRun({ mgit }: Session, { diff }: Compared): DiffRun {
  const pairs = diff.tensors.flatMap(({ is, dtype }, index) =>
    is === 'changed' && dtype !== 'string' ? [index] : [],
  );
  return new DiffRun(pairs, (wanted, run, onRow) =>
    mgit.tensorDifferences(diff.a, diff.b, { pairs: wanted, ...run, onRow }),
  );
}

/** What a person sees of a comparison: what is unfolded, chosen, sorted and filtered. */
export class DiffScreen {
  readonly both: Both;
  readonly run: DiffRun;
  part = $state<Part>('layers');
  open = $state.raw<ReadonlySet<string>>(noneOpen);
  layer = $state<number | undefined>(undefined);
  pair = $state<number | undefined>(undefined);
  order = $state.raw<PairOrder>(firstOrder);
  filter = $state.raw<PairFilter>({ text: '', is: 'all' });

  readonly alignment: Alignment = $derived.by(() => alignRows(this.both, this.open));
  readonly pairs: readonly number[] = $derived.by(() =>
    listPairs(this.both.diff.tensors, this.run.known, this.filter, this.order),
  );

  constructor(session: Session, both: Both) {
    this.both = both;
    this.run = diffRun(session, both);
    this.open = unfoldedAtFirst(both);
  }

  readonly toggle = (path: string): void => {
    this.open = toggled(this.open, path);
  };

  readonly chooseLayer = (layer: number): void => {
    this.layer = this.layer === layer ? undefined : layer;
  };

  /** Shows a pair of tensors, with the layer that it belongs to. */
  readonly choosePair = (pair: number): void => {
    this.pair = pair;
    this.layer = this.both.diff.tensors[pair]?.layer;
    this.part = 'detail';
  };
}
