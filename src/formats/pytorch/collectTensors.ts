import type { FormatFailures } from '../failures.ts';
import { maxDepth, maxNameLength, maxTensors } from '../limits.ts';
import { isObjectLike } from './pickle/values.ts';
import type { PickleObject, PickleValue, TensorValue } from './pickle/values.ts';

/** A tensor at the end of a path of keys. */
export interface FoundTensor {
  readonly path: readonly string[];
  readonly tensor: TensorValue;
}

export interface Collected {
  readonly tensors: readonly FoundTensor[];
  /** Numbers and short strings beside the tensors, by dotted path: epoch, learning rate. */
  readonly facts: Readonly<Record<string, string>>;
}

const maxFacts = 50;
const maxFactLength = 200;
const maxFactDepth = 4;

/** A path as a chain to its start, so that paths share their beginnings. */
interface Step {
  readonly value: PickleValue;
  readonly key: string | undefined;
  readonly parent: Step | undefined;
  readonly depth: number;
}

/**
 * Finds the tensors of an unpickled value at any depth, in the order in which they were written.
 *
 * Each container is entered once, by its first path, so cycles and shared containers cost nothing.
 * Iterative. The containers by which `torch.nn.Module` keeps its parts are no part of the path.
 *
 * @throws LineageError `format-unsupported` over the limits on tensors, depth and names.
 */
export function collectTensors(roots: readonly PickleValue[], fail: FormatFailures): Collected {
  const tensors: FoundTensor[] = [];
  const facts = new Map<string, string>();
  const entered = new Set<PickleValue>();
  const open: Step[] = roots
    .map((value) => ({ value, key: undefined, parent: undefined, depth: 0 }))
    .reverse();
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { value } = step;
    if (!isObjectLike(value)) {
      addFact(step, facts, fail);
      continue;
    }
    if (value.is === 'tensor') {
      if (tensors.length >= maxTensors)
        throw fail.unsupported(value.storage.at, `more than ${maxTensors} tensors`);
      tensors.push({ path: pathOf(step, fail), tensor: value });
    } else if (entered.has(value)) continue;
    else entered.add(value);
    if (step.depth >= maxDepth)
      throw fail.unsupported(0, `containers that nest more than ${maxDepth} deep`);
    for (const [key, child] of children(value).reverse())
      open.push({ value: child, key, parent: step, depth: step.depth + 1 });
  }
  return { tensors, facts: Object.fromEntries(facts) };
}

function addFact(step: Step, facts: Map<string, string>, fail: FormatFailures): void {
  const { value, depth } = step;
  if (facts.size >= maxFacts || depth > maxFactDepth || !isFact(value)) return;
  const name = pathOf(step, fail).join('.');
  if (name !== '' && !facts.has(name)) facts.set(name, String(value));
}

type Child = readonly [key: string | undefined, value: PickleValue];

function children(value: Exclude<PickleValue, null | boolean | number | bigint | string>): Child[] {
  switch (value.is) {
    case 'list':
    case 'tuple':
    case 'set':
      return value.items.map((item, index) => [String(index), item]);
    case 'dict':
      return value.entries.map(([key, item], index) => [keyText(key, index), item]);
    case 'object':
      return objectChildren(value);
    case 'tensor':
      return [...value.parts];
    case 'bytes':
    case 'global':
    case 'storage':
      return [];
  }
}

const moduleParts = new Set(['_parameters', '_buffers', '_modules']);

function objectChildren(value: PickleObject): Child[] {
  const made: Child[] = value.args.map((item, index) => [String(index), item]);
  for (const [index, item] of value.items.entries()) made.push([String(index), item]);
  for (const [index, [key, item]] of value.entries.entries())
    made.push([keyText(key, index), item]);
  const { state } = value;
  if (state === undefined || !isObjectLike(state)) return made;
  if (state.is !== 'dict') return [...made, [undefined, state]];
  for (const [index, [key, item]] of state.entries.entries()) {
    const part = typeof key === 'string' && moduleParts.has(key);
    made.push([part ? undefined : keyText(key, index), item]);
  }
  return made;
}

function keyText(key: PickleValue, index: number): string {
  return isObjectLike(key) ? `#${index}` : String(key);
}

function pathOf(step: Step, fail: FormatFailures): string[] {
  const path: string[] = [];
  let length = 0;
  for (let at: Step | undefined = step; at !== undefined; at = at.parent)
    if (at.key !== undefined) {
      length += at.key.length + 1;
      if (length > maxNameLength)
        throw fail.unsupported(0, `a tensor's name of more than ${maxNameLength} characters`);
      path.push(at.key);
    }
  return path.reverse();
}

function isFact(value: PickleValue): value is number | bigint | string | boolean {
  if (typeof value === 'string') return value.length > 0 && value.length <= maxFactLength;
  return value !== null;
}
