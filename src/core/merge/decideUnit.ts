import type { MergeLayer, MergeMethod } from '../mergeViews.ts';
import { isMixable } from './mergeTensors.ts';
import type { MergeSides } from './mergeSide.ts';
import {
  alikeTensors,
  entryOf,
  sameContent,
  type MergeUnit,
  type UnitState,
  type UnitTensor,
} from './mergeUnits.ts';

export type Decided = Pick<MergeLayer, 'verdict' | 'why' | 'same' | 'method' | 'methods'>;

/**
 * What becomes of one layer, other layers aside.
 *
 * @param carrier - the side whose file the merge is.
 */
export function decideUnit(
  sides: MergeSides,
  unit: MergeUnit,
  carrier: 'x' | 'y' | 'none',
): Decided {
  const { x, y } = unit.states;
  const { label } = unit;
  if (x === 'unchanged' && y === 'unchanged')
    return { verdict: 'unchanged', why: `Neither changed ${label}`, same: false, method: { is: 'base' }, methods: ['base'] }; // prettier-ignore
  if (x !== 'unchanged' && y !== 'unchanged') return changedByBoth(sides, unit, carrier);
  const side = y === 'unchanged' ? 'x' : 'y';
  const why = `Only ${sides[side].name} ${wordOf(unit.states[side])} ${label}`;
  const methods: MergeMethod['is'][] = isValueChange(unit.states[side])
    ? valueMethods(sides, unit)
    : [side];
  return { verdict: 'one-side', why, same: false, method: { is: side }, methods };
}

function changedByBoth(sides: MergeSides, unit: MergeUnit, carrier: 'x' | 'y' | 'none'): Decided {
  const { states, tensors, label } = unit;
  const [x, y] = [sides.x.name, sides.y.name];
  const alike =
    states.x === states.y && tensors.every((each) => alikeTensors(sides, each, 'x', 'y'));
  if (alike && tensors.every((each) => sameContent(sides, each, 'x', 'y')))
    return { verdict: 'same-change', why: `Both ${wordOf(states.x)} ${label} alike`, same: true, method: { is: 'x' }, methods: ['x'] }; // prettier-ignore
  if (alike && states.x === 'changed' && changedApart(sides, unit))
    return {
      verdict: 'possible-conflict',
      why: `${x} changed ${slotsOf(sides, unit, 'x')} of ${label} and ${y} ${slotsOf(sides, unit, 'y')}`,
      same: false,
      method: { is: 'both' },
      methods: ['both', ...valueMethods(sides, unit)],
    };
  if (alike)
    return {
      verdict: 'conflict',
      why: `Both ${wordOf(states.x)} ${label}, in different ways`,
      same: false,
      methods: valueMethods(sides, unit),
    };
  if (isValueChange(states.x) || isValueChange(states.y)) {
    const kept = carrier === 'none' ? [] : [carrier];
    return {
      verdict: 'conflict',
      why: `${x} ${wordOf(states.x)} ${label} and ${y} ${wordOf(states.y)} it: only the one whose structure the merge has can be kept`,
      same: false,
      methods: kept,
    };
  }
  return {
    verdict: 'refused',
    why: `${x} ${wordOf(states.x)} ${label} and ${y} ${wordOf(states.y)} it in another way`,
    same: false,
    methods: [],
  };
}

const isValueChange = (state: UnitState) => state === 'changed';

const words: Readonly<Record<UnitState, string>> = {
  unchanged: 'kept',
  changed: 'changed',
  added: 'added',
  removed: 'removed',
  reshaped: 'reshaped',
};
const wordOf = (state: UnitState) => words[state];

const differs = (sides: MergeSides, tensor: UnitTensor, side: 'x' | 'y') =>
  !sameContent(sides, tensor, 'base', side);

/** Whether no tensor was changed by both, but for those changed alike: rule 1 of reference §11. */
function changedApart(sides: MergeSides, { tensors }: MergeUnit): boolean {
  return tensors.every(
    (each) =>
      !differs(sides, each, 'x') ||
      !differs(sides, each, 'y') ||
      sameContent(sides, each, 'x', 'y'),
  );
}

function slotsOf(sides: MergeSides, { tensors }: MergeUnit, side: 'x' | 'y'): string {
  const slots = tensors.filter((each) => differs(sides, each, side)).map(({ slot }) => slot);
  return slots.join(' and ');
}

/** Methods for layers whose tensors all three have, or both sides have and the base has not. */
function valueMethods(sides: MergeSides, { tensors }: MergeUnit): MergeMethod['is'][] {
  const mixable = tensors.some((each) => {
    const entry = entryOf(sides, each, 'x');
    return entry !== undefined && isMixable(entry.dtype);
  });
  const based = tensors.every((each) => alikeTensors(sides, each, 'base', 'x'));
  return [
    'x',
    'y',
    ...(based ? (['base'] as const) : []),
    ...(mixable ? (['average', 'slerp'] as const) : []),
    ...(mixable && based ? (['task-arithmetic', 'ties'] as const) : []),
  ];
}
