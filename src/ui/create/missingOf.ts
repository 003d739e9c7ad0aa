import type { FunctionView } from '../../core/creationViews.ts';

/** What is still to choose before an order can be made of a form; empty when nothing is. */
export function missingOf(form: {
  readonly view: FunctionView | undefined;
  readonly parents: readonly unknown[];
  readonly uses: readonly unknown[];
  readonly broken: readonly string[];
}): string {
  const { view } = form;
  if (view === undefined) return 'Choose what to do.';
  if (view.unfit !== undefined) return `${view.title}: ${view.unfit}.`;
  if (form.parents.length < view.parents.min) return 'Add another parent.';
  const wanted = view.data.min - form.uses.length;
  if (wanted > 0)
    return form.uses.length === 0 && wanted === 1
      ? 'Choose a data set.'
      : `Choose ${wanted === 1 ? 'another data set' : `${wanted}${form.uses.length > 0 ? ' more' : ''} data sets`}: it takes at least ${view.data.min}.`;
  return form.broken.length > 0 ? 'Mend the settings marked in red.' : '';
}
