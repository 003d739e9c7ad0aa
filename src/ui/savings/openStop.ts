import type { Session } from '../session.svelte.ts';
import type { MapCell, MapGroup } from './mapCells.ts';
import type { MapView } from './mapView.svelte.ts';

/** Opens a box of the map: a model fills the map, a tensor comes to the inspector, the rest has its place. */
export function openStop(session: Session, view: MapView, stop: MapGroup | MapCell): void {
  const { focused } = view;
  if (focused === undefined) {
    if ('cells' in stop && stop.model !== undefined) view.zoom(stop.model);
    else if (stop.heading === 'garbage') session.show({ is: 'free-space' });
    return;
  }
  if (focused.node === 'datasets') {
    session.listing = 'datasets';
    session.pane = 'models';
    return;
  }
  const tensor = view.tensorOf(stop);
  if (tensor === undefined) session.open(focused.node, 'tensors');
  else session.openTensor(focused.node, tensor);
}
