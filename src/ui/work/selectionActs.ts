import type { NodeId } from '../../core/ids.ts';
import type { SelectionAct } from '../graph/graphViewProps.ts';
import { isLossy, originalOf } from '../lossy/lossyModels.ts';
import type { Session } from '../session.svelte.ts';

/** Holding models with less precision; nothing where all are lossy already. */
function lossyActs(session: Session, nodes: readonly NodeId[]): readonly SelectionAct[] {
  const exact = nodes.filter((id) => !isLossy(session.nodes.get(id)));
  if (exact.length === 0) return [];
  return [
    {
      label: 'Shrink with loss…',
      run: () => {
        session.openWork({ is: 'lossy', nodes: exact });
      },
    },
  ];
}

/** Letting the originals of lossy models go; nothing where none is there. */
function releaseActs(session: Session, nodes: readonly NodeId[]): readonly SelectionAct[] {
  const lossy = nodes.filter((id) => {
    const node = session.nodes.get(id);
    return isLossy(node) && originalOf(node, session.nodes) !== undefined;
  });
  if (lossy.length === 0) return [];
  return [
    {
      label: 'Release originals…',
      run: () => {
        session.show({ is: 'release-originals', lossy });
      },
    },
  ];
}

/** What can be done with one model besides making others of it. */
export function modelActs(session: Session, id: NodeId): readonly SelectionAct[] {
  const parents = (session.edgesOf.get(id) ?? []).filter(({ to }) => to === id);
  const parent = (parents.find(({ kind }) => kind === 'provenance') ?? parents[0])?.from;
  const compare: readonly SelectionAct[] =
    parent === undefined
      ? []
      : [
          {
            label: 'Compare with parent',
            run: () => {
              session.openWork({ is: 'diff', a: parent, b: id });
            },
          },
        ];
  return [
    ...compare,
    {
      label: 'Tests',
      run: () => {
        session.openWork({ is: 'tests', nodes: [id] });
      },
    },
    {
      label: 'Find a fault…',
      run: () => {
        session.openSide({ is: 'search', node: id });
      },
    },
    {
      label: 'Update descendants…',
      run: () => {
        session.openSide({ is: 'cascade', old: id });
      },
    },
    ...lossyActs(session, [id]),
  ];
}

/** What can be done with the selected models besides making others of them. */
export function selectionActs(session: Session): readonly SelectionAct[] {
  const nodes = session.selection;
  const [a, b] = nodes;
  if (a === undefined) return [];
  if (b === undefined) return modelActs(session, a);
  const test: SelectionAct = {
    label: 'Tests',
    run: () => {
      session.openWork({ is: 'tests', nodes });
    },
  };
  const lossy = [...lossyActs(session, nodes), ...releaseActs(session, nodes)];
  if (nodes.length > 2) return [test, ...lossy];
  return [
    {
      label: 'Compare',
      run: () => {
        session.openWork({ is: 'diff', a, b });
      },
    },
    {
      label: 'Merge…',
      run: () => {
        session.openWork({ is: 'merge', x: a, y: b });
      },
    },
    {
      label: 'Update from first to second…',
      run: () => {
        session.openSide({ is: 'cascade', old: a, new: b });
      },
    },
    test,
    ...lossy,
  ];
}
