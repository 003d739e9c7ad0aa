import type { MergeLayer, MergeMethod } from '../mergeViews.ts';
import { fits, type Decision } from './decideMerge.ts';
import type { MergeSides } from './mergeSide.ts';
import { entryOf, sameContent, type MergeUnit, type UnitTensor } from './mergeUnits.ts';

/** One tensor of the merge's file, by its names in the three models. */
export interface TensorPlace {
  readonly to: string;
  readonly x?: string;
  readonly y?: string;
  readonly base?: string;
}

/** How the tensors of one layer are taken, as a recipe keeps it; a text is one name in all three models. */
export interface LayerChoice {
  readonly layer: string;
  readonly method: Exclude<MergeMethod, { readonly is: 'both' }>;
  readonly tensors: readonly (string | TensorPlace)[];
}

export type Settled =
  | { readonly is: 'settled'; readonly choices: readonly LayerChoice[] }
  /** Conflicts that nobody has chosen for, by label. */
  | { readonly is: 'open'; readonly layers: readonly string[] }
  /** A choice that cannot be, in words. */
  | { readonly is: 'unfit'; readonly layer: string; readonly reason: string };

/**
 * What is taken for every layer that a side changed: a person's choice, else what the decision says.
 * Explicit and complete, so that a recipe gives the same model however layers will be matched later.
 *
 * @param given - by layer id.
 */
export function settleChoices(
  sides: MergeSides,
  decision: Decision,
  given: Readonly<Record<string, MergeMethod>>,
): Settled {
  const { layers, units, carrier } = decision;
  if (carrier === undefined) throw new Error('a refused merge has no choices');
  const unfit = unfitChoices(layers, given);
  if (unfit !== undefined) return unfit;
  const open: string[] = [];
  const choices: LayerChoice[] = [];
  for (const [index, layer] of layers.entries()) {
    const unit = units[index];
    if (layer.verdict === 'unchanged' && !Object.hasOwn(given, layer.id)) continue;
    const method = given[layer.id] ?? layer.method;
    if (method === undefined || unit === undefined) open.push(layer.label);
    else choices.push(...expanded(sides, unit, method, carrier));
  }
  if (open.length > 0) return { is: 'open', layers: open };
  const clash = tiedClash(choices);
  return clash ?? { is: 'settled', choices };
}

function unfitChoices(
  layers: readonly MergeLayer[],
  given: Readonly<Record<string, MergeMethod>>,
): Settled | undefined {
  for (const [id, method] of Object.entries(given)) {
    const layer = layers.find((each) => each.id === id);
    const reason = layer === undefined ? 'the plan has no such layer' : unfitChoice(layer, method);
    if (reason !== undefined) return { is: 'unfit', layer: id, reason };
  }
  return undefined;
}

/** Why a method cannot be chosen for a layer, in words that end without a full stop. */
function unfitChoice(layer: MergeLayer, method: MergeMethod): string | undefined {
  const numbers = unfitMethod(method);
  if (numbers !== undefined) return numbers;
  if (fits(layer, method)) return undefined;
  return layer.methods.length === 0
    ? 'there is nothing to choose'
    : `it can be ${layer.methods.join(', ')}`;
}

const bounds = {
  t: [0, 1],
  a: [-10, 10],
  b: [-10, 10],
  density: [0, 1],
  scale: [-10, 10],
} as const;
const numbersOf: Readonly<Record<MergeMethod['is'], readonly (keyof typeof bounds)[]>> = {
  base: [], x: [], y: [], both: [], average: ['t'], slerp: ['t'], 'task-arithmetic': ['a', 'b'], ties: ['density', 'scale'],
}; // prettier-ignore

/** Why something given is no method, in words that end without a full stop: its kind, its numbers. */
export function unfitMethod(method: unknown): string | undefined {
  if (typeof method !== 'object' || method === null) return 'a method is an object with `is`';
  const { is, ...numbers } = method as { readonly is?: unknown } & Record<string, unknown>;
  if (typeof is !== 'string' || !Object.hasOwn(numbersOf, is))
    return `a method is one of ${Object.keys(numbersOf).join(', ')}`;
  const wanted = numbersOf[is as MergeMethod['is']];
  const extra = Object.keys(numbers).find((name) => !(wanted as readonly string[]).includes(name));
  if (extra !== undefined) return `${is} takes no ${extra}`;
  for (const name of wanted) {
    const value = numbers[name];
    const [least, most] = bounds[name];
    if (typeof value !== 'number' || !(value >= least && value <= most))
      return `${name} of ${is} is a number from ${least} to ${most}`;
  }
  return undefined;
}

/** A layer's tensors under one method; of `both`, under the two sides' own. */
function expanded(
  sides: MergeSides,
  unit: MergeUnit,
  method: MergeMethod,
  carrier: 'x' | 'y',
): LayerChoice[] {
  const places = (tensors: readonly UnitTensor[]) => tensors.flatMap((each) => placeOf(sides, each, carrier)); // prettier-ignore
  const choice = (how: LayerChoice['method'], tensors: readonly UnitTensor[]): LayerChoice[] => {
    const named = places(tensors);
    return named.length === 0 ? [] : [{ layer: unit.id, method: how, tensors: named }];
  };
  if (method.is !== 'both') return choice(method, unit.tensors);
  const fromY = (each: UnitTensor) => !sameContent(sides, each, 'base', 'y');
  return [
    ...choice({ is: 'x' }, unit.tensors.filter((each) => !fromY(each))),
    ...choice({ is: 'y' }, unit.tensors.filter(fromY)),
  ]; // prettier-ignore
}

/** The tensor by its names; nothing where the merge's file does not have it. */
function placeOf(
  sides: MergeSides,
  tensor: UnitTensor,
  carrier: 'x' | 'y',
): (string | TensorPlace)[] {
  const [base, x, y] = (['base', 'x', 'y'] as const).map((side) => entryOf(sides, tensor, side)?.name); // prettier-ignore
  const to = carrier === 'x' ? x : y;
  if (to === undefined) return [];
  if (base === to && x === to && y === to) return [to];
  return [
    {
      to,
      ...(x === undefined ? {} : { x }),
      ...(y === undefined ? {} : { y }),
      ...(base === undefined ? {} : { base }),
    },
  ];
}

/** A tensor that several layers share can be taken in one way only. */
function tiedClash(choices: readonly LayerChoice[]): Settled | undefined {
  const first = new Map<string, LayerChoice>();
  for (const choice of choices)
    for (const tensor of choice.tensors) {
      const to = typeof tensor === 'string' ? tensor : tensor.to;
      const other = first.get(to);
      if (other === undefined) first.set(to, choice);
      else if (JSON.stringify(other.method) !== JSON.stringify(choice.method))
        return {
          is: 'unfit',
          layer: choice.layer,
          reason: `it shares ${to} with ${other.layer}: choose the same for both`,
        };
    }
  return undefined;
}

/**
 * Choices as a recipe's text has them.
 *
 * @returns a text that says what is wrong where it is no list of choices.
 */
export function parseChoices(text: string): readonly LayerChoice[] | string {
  let parsed: unknown;
  try {
    parsed = text.trim() === '' ? [] : JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!Array.isArray(parsed)) return 'it is a list of choices';
  for (const [index, each] of (parsed as readonly unknown[]).entries()) {
    const reason = unfitLayerChoice(each);
    if (reason !== undefined) return `choice ${index + 1}: ${reason}`;
  }
  return parsed as readonly LayerChoice[];
}

function unfitLayerChoice(each: unknown): string | undefined {
  if (typeof each !== 'object' || each === null) return 'it is an object';
  const { layer, method, tensors } = each as Record<string, unknown>;
  if (typeof layer !== 'string') return '`layer` is a text';
  const reason = unfitMethod(method);
  if (reason !== undefined) return reason;
  if ((method as MergeMethod).is === 'both') return 'name the tensors of each side instead of both';
  if (!Array.isArray(tensors) || !tensors.every(isPlace))
    return '`tensors` are names, or objects {to, x, y, base} of names';
  return undefined;
}

function isPlace(tensor: unknown): boolean {
  if (typeof tensor === 'string') return true;
  if (typeof tensor !== 'object' || tensor === null) return false;
  const { to, ...sources } = tensor as Record<string, unknown>;
  return (
    typeof to === 'string' &&
    Object.entries(sources).every(
      ([name, value]) => ['x', 'y', 'base'].includes(name) && typeof value === 'string',
    )
  );
}
