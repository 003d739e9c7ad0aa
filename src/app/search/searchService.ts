import type { Run } from '../../core/ports/run.ts';
import type * as search from '../../core/searchViews.ts';
import { bisectLineage, type OnSearch } from './bisectLineage.ts';
import { findInheritors } from './findInheritors.ts';
import { localiseFault } from './localiseFault.ts';
import { matchByDiff } from './matchByDiff.ts';
import type { SearchPorts } from './searchPorts.ts';
import { walkLineage } from './walkLineage.ts';

/** The part of the lineage service that walks the lineage and searches it for a fault. */
export function searchService(ports: SearchPorts) {
  return {
    walk: (order: search.WalkOrder) => walkLineage(ports, order),
    bisect: (order: search.BisectOrder, run: Run, onState: OnSearch) =>
      bisectLineage(ports, order, run, onState),
    inheritors: (order: search.InheritOrder, run: Run, onState: OnSearch) =>
      findInheritors(ports, order, run, onState),
    localise: (order: search.LocaliseOrder, run: Run, onState: OnSearch) =>
      localiseFault(ports, order, run, onState, matchByDiff(ports, run)),
  };
}
