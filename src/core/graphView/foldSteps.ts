import { at } from '../layout/at.ts';
import type { NodeId } from '../ids.ts';
import type { LineageIndex } from './lineageIndex.ts';
import type { Forest } from './forest.ts';
import type { Units } from './units.ts';
import type { ViewState } from './viewState.ts';

/** What the fold steps come to, per unit. */
export interface Folds {
  /** Units that must be drawn, the latest asked for first. */
  readonly revealed: readonly number[];
  /** 1 where what hangs below is hidden by wish. */
  readonly closed: Uint8Array;
  /** 1 per family hidden by wish. */
  readonly closedFamily: Uint8Array;
}

/** The chains that are folded, by the state's rule and the steps since. */
export function foldedChains(
  index: LineageIndex,
  chains: readonly (readonly number[])[],
  state: ViewState,
): readonly (readonly number[])[] {
  if (state.steps.length === 0) return state.foldChains ? chains : [];
  const chainOf = new Map(chains.flatMap((chain, c) => chain.map((node) => [node, c])));
  const folded = new Uint8Array(chains.length).fill(state.foldChains ? 1 : 0);
  const set = (id: NodeId, value: 0 | 1) => {
    const chain = chainOf.get(index.numberOf.get(id) ?? -1);
    if (chain !== undefined) folded[chain] = value;
  };
  for (const step of state.steps) {
    if (step.is === 'fold-chain') set(step.node, 1);
    else if (step.is === 'unfold-chain') set(step.node, 0);
    else if (step.is === 'reveal') for (const id of step.nodes) set(id, 0);
  }
  return chains.filter((_, c) => folded[c] === 1);
}

/** Replays the steps on the forest: a later one wins over an earlier one. */
export function replayFolds(
  index: LineageIndex,
  units: Units,
  forest: Forest,
  state: ViewState,
): Folds {
  const closed = new Uint8Array(units.count);
  const closedFamily = new Uint8Array(forest.families);
  const revealed = new Set<number>();
  const hide = (gone: (unit: number) => boolean) => {
    for (const unit of revealed) if (gone(unit)) revealed.delete(unit);
  };
  for (const step of state.steps) {
    if (step.is === 'reveal') {
      for (const id of step.nodes) {
        const unit = unitOfId(index, units, id);
        if (unit === -1) continue;
        revealed.delete(unit);
        revealed.add(unit);
      }
      continue;
    }
    const unit = unitOfId(index, units, step.node);
    if (unit === -1) continue;
    const family = at(forest.family, unit);
    if (step.is === 'fold') {
      closed[unit] = 1;
      hide((other) => other !== unit && hangsBelow(forest, other, unit));
    } else if (step.is === 'unfold') closed[unit] = 0;
    else if (step.is === 'fold-family') {
      closedFamily[family] = 1;
      hide((other) => forest.family[other] === family);
    } else if (step.is === 'unfold-family') closedFamily[family] = 0;
  }
  return { revealed: [...revealed].reverse(), closed, closedFamily };
}

function unitOfId(index: LineageIndex, units: Units, id: NodeId): number {
  const node = index.numberOf.get(id);
  return node === undefined ? -1 : at(units.unitOf, node);
}

function hangsBelow(forest: Forest, unit: number, top: number): boolean {
  for (let up = unit; up !== -1; up = at(forest.parent, up)) if (up === top) return true;
  return false;
}
