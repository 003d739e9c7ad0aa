import type { SelectionAct } from '../graph/graphScreen.svelte.ts';
import type { Session } from '../session.svelte.ts';

/** What can be done with the selected models besides making others of them. */
export function selectionActs(session: Session): readonly SelectionAct[] {
  const [a, b, ...others] = session.selection;
  if (a === undefined) return [];
  if (b === undefined)
    return [
      {
        label: 'Find a fault…',
        run: () => {
          session.openSide({ is: 'search', node: a });
        },
      },
      {
        label: 'Update descendants…',
        run: () => {
          session.openSide({ is: 'cascade', old: a });
        },
      },
    ];
  const nodes = session.selection;
  const test: SelectionAct = {
    label: 'Tests',
    run: () => {
      session.openWork({ is: 'tests', nodes });
    },
  };
  if (others.length > 0) return [test];
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
    test,
  ];
}
