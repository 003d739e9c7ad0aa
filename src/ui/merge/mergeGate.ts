import type { MergePlan } from '../../core/mergeViews.ts';
import { count, counted } from '../format.ts';
import { openConflicts, unproven } from './layerList.ts';
import type { Choices } from './mergeWords.ts';

export interface GateInput {
  readonly plan: MergePlan;
  readonly choices: Choices;
  /** Tests bound to the base or a side; undefined before that is known. */
  readonly tests: number | undefined;
  /** Whether tests spoke for or against the merge as it is chosen now; undefined where not known. */
  readonly tested: boolean | undefined;
  readonly ticked: boolean;
  readonly busy: boolean;
}

/** Whether a merge can be made now. */
export interface Gate {
  /** Why not, in words; undefined where it can. */
  readonly reason?: string;
  /** What a person has to say yes to, as a tick box's label. */
  readonly tick?: string;
  /** What will happen. */
  readonly note: string;
}

/** What stands between a plan and its merge, and what the merge will do. */
export function mergeGate(input: GateInput): Gate {
  const { plan, choices, busy } = input;
  const open = openConflicts(plan.layers, choices);
  if (open.length > 0)
    return {
      reason: `Choose for ${open.length === 1 ? (open[0]?.label ?? '') : counted(open.length, 'layer')} first.`,
      note: '',
    };
  const { tick, why } = tickOf(input);
  const note = tick === undefined ? noteOf(input) : '';
  const ask = tick === undefined ? {} : { tick };
  if (busy) return { ...ask, reason: 'Wait for what is running, or cancel it.', note };
  if (tick !== undefined && !input.ticked) return { tick, reason: why, note };
  return { ...ask, note };
}

function tickOf({ plan, choices, tests, tested }: GateInput): {
  readonly tick?: string;
  readonly why: string;
} {
  if (tested === false)
    return {
      tick: 'Merge although the tests got worse',
      why: 'The tests speak against this merge: choose otherwise, or accept it.',
    };
  const loose = unproven(plan.layers, choices);
  if (tests === 0 && loose.length > 0)
    return {
      tick: 'Accept without tests',
      why: `${loose.length === 1 ? 'A change' : `${count(loose.length)} changes`} may affect what the other side changed, and no test is bound that could tell.`,
    };
  return { why: '' };
}

function noteOf({ tests, tested }: GateInput): string {
  if (tests === undefined) return 'Looking for tests…';
  if (tests === 0) return 'No test is bound to the base or a side: none is run.';
  if (tested === true) return `${counted(tests, 'test')} passed this merge.`;
  return `${counted(tests, 'test')} will be run first; if one got worse, nothing is stored.`;
}
