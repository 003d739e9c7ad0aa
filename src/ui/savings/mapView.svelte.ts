import type { SavingsReport } from '../../core/savingsViews.ts';
import { bytes } from '../format.ts';
import { looks } from './headings.ts';
import {
  at,
  isTensor,
  mapModels,
  mapTensors,
  mostlyBy,
  stepTo,
  type MapCell,
  type MapGroup,
  type Measure,
} from './mapCells.ts';

/** What the map shows and where a person is in it. */
export class MapView {
  readonly #report: () => SavingsReport;
  measure = $state<Measure>('stored');
  /** The model whose tensors fill the map; none for all models. */
  focus = $state<number>();
  /** Where the keys are, among `stops`. */
  cursor = $state(0);
  width = $state(0);
  height = $state(0);
  /** What is pointed at: a group, and perhaps a cell of it. */
  pointed = $state.raw<{ readonly group?: MapGroup; readonly cell?: MapCell }>({});

  readonly report: SavingsReport = $derived.by(() => this.#report());
  readonly focused = $derived(
    this.focus === undefined ? undefined : this.report.models[this.focus],
  );
  readonly groups: readonly MapGroup[] = $derived.by(() => {
    const box = { x: 0, y: 0, width: this.width, height: this.height };
    if (this.width <= 0) return [];
    const { focus, focused } = this;
    if (focus === undefined || focused === undefined)
      return mapModels(this.report, this.measure, box);
    const { name: label, rawBytes, storedBytes } = focused;
    const cells = mapTensors(focused, this.measure, box);
    const heading = mostlyBy(focused.held);
    return [{ ...box, model: focus, heading, label, rawBytes, storedBytes, head: 0, cells }];
  });
  /** What the keys step through: the models, or the tensors of one. */
  readonly stops: readonly (MapGroup | MapCell)[] = $derived(
    this.focused === undefined ? this.groups : (this.groups[0]?.cells ?? []),
  );
  readonly current = $derived(this.stops[Math.min(this.cursor, this.stops.length - 1)]);

  constructor(report: () => SavingsReport) {
    this.#report = report;
  }

  readonly point = (x: number, y: number): void => {
    const group = this.groups[at(this.groups, x, y)];
    const cell = group?.cells[at(group.cells, x, y)];
    this.pointed = {
      ...(group === undefined ? {} : { group }),
      ...(cell === undefined ? {} : { cell }),
    };
  };

  readonly zoom = (model: number | undefined): void => {
    const from = this.focus;
    this.focus = model;
    this.pointed = {};
    this.cursor =
      model === undefined
        ? Math.max(
            0,
            this.groups.findIndex((group) => group.model === from),
          )
        : 0;
  };

  /** Moves by an arrow, or to the first or last by size; whether it did. */
  readonly step = (key: string): boolean => {
    if (key === 'Home') this.cursor = 0;
    else if (key === 'End') this.cursor = Math.max(0, this.stops.length - 1);
    else if (isArrow(key)) this.cursor = stepTo(this.stops, this.cursor, key) ?? this.cursor;
    else return false;
    this.pointed = {};
    return true;
  };

  /** What a stop is, in words. */
  readonly words = (stop: MapGroup | MapCell): string => {
    const how = looks[stop.heading].label;
    if (ofNoModel(stop))
      return `${stop.label}: ${bytes(stop.storedBytes)}. ${looks[stop.heading].means}`;
    return `${stop.label}: ${bytes(stop.rawBytes)} of files in ${bytes(stop.storedBytes)}. ${'cells' in stop ? `Mostly: ${how.toLowerCase()}` : how}.`;
  };

  /** The tensor of a cell that the inspector can show. */
  readonly tensorOf = (cell: MapCell | MapGroup): string | undefined =>
    'tensor' in cell && isTensor(cell.label) ? cell.label : undefined;
}

type Arrow = Parameters<typeof stepTo>[2];
const isArrow = (key: string): key is Arrow => /^Arrow(Left|Right|Up|Down)$/u.test(key);

/** Whether a box is of bytes that belong to no model. */
export function ofNoModel(stop: MapGroup | MapCell): boolean {
  return 'cells' in stop && stop.model === undefined;
}
