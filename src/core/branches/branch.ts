import type { NodeId } from '../ids.ts';

/** A named pointer into the version history: "production", "alice". It moves; models do not. */
export interface Branch {
  /** Unique among branches. */
  readonly name: string;
  /** The model it points at now. */
  readonly head: NodeId;
  readonly notes: string;
  /** ms since 1970. */
  readonly createdAt: number;
  /** Why it points there, as a person said when it was last moved. */
  readonly reason?: string;
}

/** Begins the name of what another lineage calls a branch that has gone another way here. */
export const foreignPrefix = 'theirs/';
