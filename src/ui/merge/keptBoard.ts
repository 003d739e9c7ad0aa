import type { NodeId } from '../../core/ids.ts';
import type { Session } from '../session.svelte.ts';
import { MergeState } from './mergeState.svelte.ts';

const kept = new WeakMap<Session, MergeState>();

/** The board of a pair: as it was left, where it was the last one, so that a look elsewhere costs no choice. */
export function boardOf(session: Session, x: NodeId, y: NodeId): MergeState {
  const last = kept.get(session);
  const same = last?.done === false && last.opens.x === x && last.opens.y === y;
  const board = same ? last : new MergeState(session, x, y);
  kept.set(session, board);
  board.shown = true;
  return board;
}
