import type { MergeLayer, MergeMethod, MergePlan } from '../../core/mergeViews.ts';
import { count, counted, percent } from '../format.ts';

/** A method's kind, as a person chooses it. */
export type MethodKind = MergeMethod['is'];

/** A choice for each layer that a person has decided on, by layer id. */
export type Choices = Readonly<Record<string, MergeMethod>>;

const kinds: Readonly<Record<MethodKind, string>> = {
  x: 'X',
  y: 'Y',
  base: 'Base',
  both: 'Each tensor from its side',
  average: 'Average',
  slerp: 'Slerp',
  'task-arithmetic': 'Task arithmetic',
  ties: 'TIES',
};

export const methodTitle = (is: MethodKind): string => kinds[is];

/** A number that a method takes, with its bounds. */
export interface MethodNumber {
  readonly key: 't' | 'a' | 'b' | 'density' | 'scale';
  readonly title: string;
  readonly min: number;
  readonly max: number;
}

const share = { key: 't', title: 'Share of Y', min: 0, max: 1 } as const;
const numbers: Readonly<Partial<Record<MethodKind, readonly MethodNumber[]>>> = {
  average: [share],
  slerp: [share],
  'task-arithmetic': [
    { key: 'a', title: 'Times X’s change', min: -10, max: 10 },
    { key: 'b', title: 'Times Y’s change', min: -10, max: 10 },
  ],
  ties: [
    { key: 'density', title: 'Share of changes kept', min: 0, max: 1 },
    { key: 'scale', title: 'Times the merged change', min: -10, max: 10 },
  ],
};

export const methodNumbers = (is: MethodKind): readonly MethodNumber[] => numbers[is] ?? [];

/** A method with the numbers that it starts with. */
export function methodOf(is: MethodKind): MergeMethod {
  if (is === 'average' || is === 'slerp') return { is, t: 0.5 };
  if (is === 'task-arithmetic') return { is, a: 1, b: 1 };
  if (is === 'ties') return { is, density: 0.2, scale: 1 };
  return { is };
}

/** A method with one number set; the same method where the number is not one it takes, or out of bounds. */
export function withNumber(
  method: MergeMethod,
  key: MethodNumber['key'],
  value: number,
): MergeMethod {
  const field = methodNumbers(method.is).find((each) => each.key === key);
  if (field === undefined || !(value >= field.min && value <= field.max)) return method;
  return { ...method, [key]: value };
}

/** A method in one line: "Average, 0.5 of Y". */
export function methodText(method: MergeMethod): string {
  const { is } = method;
  if (is === 'average' || is === 'slerp') return `${kinds[is]}, ${method.t} of Y`;
  if (is === 'task-arithmetic')
    return `Base + ${method.a} × change of X + ${method.b} × change of Y`;
  if (is === 'ties') return `TIES, density ${method.density}, scale ${method.scale}`;
  return kinds[is];
}

/** The same method after both sides have changed places. */
export function swapped(method: MergeMethod): MergeMethod {
  const { is } = method;
  if (is === 'x') return { is: 'y' };
  if (is === 'y') return { is: 'x' };
  if (is === 'average' || is === 'slerp') return { is, t: 1 - method.t };
  if (is === 'task-arithmetic') return { is, a: method.b, b: method.a };
  return method;
}

/** Choices after both sides have changed places: layers that one side added are named by it. */
export function swappedChoices(choices: Choices): Choices {
  const idOf = (id: string) =>
    id.startsWith('x:') ? `y:${id.slice(2)}` : id.startsWith('y:') ? `x:${id.slice(2)}` : id;
  return Object.fromEntries(Object.entries(choices).map(([id, method]) => [idOf(id), swapped(method)])); // prettier-ignore
}

/** What a side did, with how far it moved: "changed, 3.4 %". */
export function sideText(layer: MergeLayer, side: 'x' | 'y'): string {
  const state = layer[side];
  const size = side === 'x' ? layer.changeX : layer.changeY;
  if (state === 'unchanged') return '–';
  if (state !== 'changed' || size === undefined) return state;
  return `changed ${Number.isFinite(size) ? percent(size) : 'from 0'}`;
}

/** How two changes lie to each other. */
export function alignmentText(cosine: number): string {
  const words =
    cosine > 0.5
      ? 'pull the same way'
      : cosine < -0.1
        ? 'pull against each other'
        : 'are nearly independent';
  return `The two changes ${words} (cosine ${cosine.toFixed(2).replace('-', '−')}).`;
}

export type Tone = 'quiet' | 'x' | 'y' | 'good' | 'warn' | 'bad';

/** What a layer is, for its chip; `choice`: what a person decided. */
export function verdictChip(
  layer: MergeLayer,
  choice: MergeMethod | undefined,
): { readonly text: string; readonly tone: Tone } {
  switch (layer.verdict) {
    case 'unchanged':
      return { text: 'Unchanged', tone: 'quiet' };
    case 'same-change':
      return { text: 'Same change', tone: 'good' };
    case 'one-side':
      return layer.x === 'unchanged'
        ? { text: 'Only Y', tone: 'y' }
        : { text: 'Only X', tone: 'x' };
    case 'possible-conflict':
      return choice === undefined
        ? { text: 'Possible conflict', tone: 'warn' }
        : { text: 'Settled', tone: 'good' };
    case 'conflict':
      return choice === undefined
        ? { text: 'Conflict', tone: 'bad' }
        : { text: 'Settled', tone: 'good' };
    case 'refused':
      return { text: 'Cannot be merged', tone: 'bad' };
  }
}

/** What is left to settle. */
export interface Standing {
  /** Conflicts to settle. */
  readonly open: number;
  /** Possible conflicts that are left to the tests. */
  readonly loose: number;
  /** What the tests say; undefined where not known. */
  readonly tested: boolean | undefined;
}

/** The whole merge in a sentence. */
export function planText({ verdict }: MergePlan, standing: Standing): string {
  const { open, tested } = standing;
  if (verdict === 'fast-forward') return 'Nothing to merge: one side has everything already.';
  if (verdict === 'refused') return 'These models cannot be merged.';
  if (open > 0)
    return `${open === 1 ? 'One layer was' : `${count(open)} layers were`} changed by both sides in different ways. You decide.`;
  if (tested === false) return 'The tests speak against this merge: see below what got worse.';
  return untestedText(verdict, standing);
}

function untestedText(verdict: MergePlan['verdict'], { loose, tested }: Standing): string {
  if (verdict === 'automatic')
    return 'Merges by itself: no layer was changed by both, and no change feeds another.';
  const settled =
    verdict === 'conflict' ? 'Every conflict is settled' : 'Nothing is left to decide';
  if (loose === 0) return `${settled}.`;
  if (tested === true) return `${settled}: no test got worse.`;
  const left = `${counted(loose, 'possible conflict')} ${loose === 1 ? 'is' : 'are'} left to the tests.`;
  return verdict === 'conflict'
    ? `${settled}; ${left}`
    : 'No layer was changed by both, but changes of one side may affect what the other changed. Tests decide.';
}
