import {
  notTensors,
  savingHeadings,
  type HeldByHeading,
  type ModelSavings,
  type SavingsReport,
} from '../../core/savingsViews.ts';
import { counted } from '../format.ts';
import { looks, storeParts, type AnyHeading } from './headings.ts';
import { squarify, type Box } from './squarify.ts';

/** What areas stand for. */
export type Measure = 'stored' | 'files';

/** A box of the map: a tensor, several too small to be drawn, or bytes that belong to no model. */
export interface MapCell extends Box {
  readonly heading: AnyHeading;
  readonly label: string;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** Place of the tensor in its model's columns; undefined for several at once. */
  readonly tensor?: number;
}

/** A box that can be stepped to: a model with its tensors in it, or bytes that belong to none. */
export interface MapGroup extends Box {
  /** Place in the report's models; undefined for bytes that belong to none. */
  readonly model?: number;
  readonly heading: AnyHeading;
  readonly label: string;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** Height of the name above the tensors; 0 where there is no room for one. */
  readonly head: number;
  readonly cells: readonly MapCell[];
}

/** Smallest area of a box of its own, in square pixels. */
const leastArea = 12;
/** Smallest area of a model that shows its tensors; a smaller one is one box. */
const leastModel = 400;
const headHeight = 17;

/** All models with their tensors, and with `stored` what belongs to none: together all that is stored. */
export function mapModels(report: SavingsReport, measure: Measure, box: Box): MapGroup[] {
  const models = report.models.map((one, model) => ({
    model,
    label: one.name,
    heading: mostlyBy(one.held),
    rawBytes: one.rawBytes,
    storedBytes: one.storedBytes,
  }));
  const rest = measure === 'stored' ? storeParts(report) : [];
  const others = rest.map(({ of, bytes }) => ({
    label: looks[of].label,
    heading: of,
    rawBytes: 0,
    storedBytes: bytes,
  }));
  const all = [...models, ...others].filter((one) => sizeOf(one, measure) > 0);
  all.sort((a, b) => sizeOf(b, measure) - sizeOf(a, measure));
  const boxes = squarify(
    all.map((one) => sizeOf(one, measure)),
    box,
  );
  return boxes.map((place, index) => groupOf(all[index] as (typeof all)[number], place));

  function groupOf(one: (typeof all)[number], place: Box): MapGroup {
    const model = 'model' in one ? report.models[one.model] : undefined;
    const head = model !== undefined && place.width >= 44 && place.height >= 36 ? headHeight : 0;
    const inner = inset(place, head);
    const isSeen = inner.width * inner.height >= leastModel;
    const cells = model !== undefined && isSeen ? mapTensors(model, measure, inner) : [];
    return { ...one, ...place, head, cells };
  }
}

/** The tensors of a model, largest first; those too small to be seen as one box. */
export function mapTensors(model: ModelSavings, measure: Measure, box: Box): MapCell[] {
  const { names, rawBytes, storedBytes, by } = model.tensors;
  const sizes = measure === 'stored' ? storedBytes : rawBytes;
  const total = sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  const least = (leastArea * total) / Math.max(1, box.width * box.height);
  const drawn: number[] = [];
  const small: number[] = [];
  sizes.forEach((size, index) => {
    if (size > 0) (size < least ? small : drawn).push(index);
  });
  drawn.sort((one, other) => (sizes[other] ?? 0) - (sizes[one] ?? 0));
  const cells: Omit<MapCell, keyof Box>[] = drawn.map((tensor) => ({
    tensor,
    label: names[tensor] ?? '',
    heading: savingHeadings[by[tensor] ?? 0] ?? 'whole',
    rawBytes: rawBytes[tensor] ?? 0,
    storedBytes: storedBytes[tensor] ?? 0,
  }));
  if (small.length > 0) {
    const sum = (of: Float64Array) => small.reduce((all, index) => all + (of[index] ?? 0), 0);
    cells.push({
      label: counted(small.length, 'smaller tensor'),
      heading: savingHeadings[by[small[0] ?? 0] ?? 0] ?? 'whole',
      rawBytes: sum(rawBytes),
      storedBytes: sum(storedBytes),
    });
    cells.sort((a, b) => sizeOf(b, measure) - sizeOf(a, measure));
  }
  const boxes = squarify(
    cells.map((cell) => sizeOf(cell, measure)),
    box,
  );
  return boxes.map((place, index) => ({ ...(cells[index] as (typeof cells)[number]), ...place }));
}

/** The heading that saved most of a model's bytes. */
export function mostlyBy(held: HeldByHeading): AnyHeading {
  let best: AnyHeading = 'whole';
  let most = 0;
  for (const of of savingHeadings) {
    const saved = held[of].rawBytes - held[of].storedBytes;
    if (saved > most) [best, most] = [of, saved];
  }
  return best;
}

/** Whether a row of a model's columns is a tensor that can be opened. */
export function isTensor(name: string): boolean {
  return !name.startsWith(notTensors);
}

function sizeOf(one: { rawBytes: number; storedBytes: number }, measure: Measure): number {
  return measure === 'stored' ? one.storedBytes : one.rawBytes;
}

function inset({ x, y, width, height }: Box, head: number): Box {
  const gap = Math.min(width, height) > 8 ? 1.5 : 0;
  return {
    x: x + gap,
    y: y + gap + head,
    width: Math.max(0, width - 2 * gap),
    height: Math.max(0, height - 2 * gap - head),
  };
}

/** The box nearest to `from` in a direction, judged from centre to centre; undefined at the edge. */
export function stepTo(
  boxes: readonly Box[],
  from: number,
  direction: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
): number | undefined {
  const start = boxes[from];
  if (start === undefined) return boxes.length > 0 ? 0 : undefined;
  const across = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1;
  let best: number | undefined;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const dx = box.x + box.width / 2 - (start.x + start.width / 2);
    const dy = box.y + box.height / 2 - (start.y + start.height / 2);
    const ahead = sign * (across ? dx : dy);
    const aside = Math.abs(across ? dy : dx);
    const cost = ahead + 2 * aside;
    if (index !== from && ahead > 0.5 && cost < least) [best, least] = [index, cost];
  });
  return best;
}

/** Place of the box at a point; −1 for none. */
export function at(boxes: readonly Box[], x: number, y: number): number {
  return boxes.findIndex(
    (box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
  );
}
