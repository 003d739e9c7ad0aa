import type { NodeId } from '../../core/ids.ts';
import type { Session } from '../session.svelte.ts';

/** A model near another one, with what it is to it. */
export interface Relative {
  readonly id: NodeId;
  /** "parent", "version before". */
  readonly is: string;
}

/** Parents, versions before and after, and children of a model, nearest kinds first. */
export function relatives({ edgesOf }: Pick<Session, 'edgesOf'>, id: NodeId): Relative[] {
  const edges = edgesOf.get(id) ?? [];
  const found = (kind: 'provenance' | 'version', up: boolean, is: string): Relative[] =>
    edges
      .filter((edge) => edge.kind === kind && (up ? edge.to === id : edge.from === id))
      .map(({ from, to }) => ({ id: up ? from : to, is }));
  return [
    ...found('provenance', true, 'parent'),
    ...found('version', true, 'version before'),
    ...found('version', false, 'version after'),
    ...found('provenance', false, 'child'),
  ];
}
