import type { OpNode } from '../../core/network/network.ts';
import { intOf } from '../../core/network/attributes.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { RecurrentSizes } from '../shapes/recurrent.ts';
import { unsupported } from '../unsupported.ts';
import type { Activation } from './recurrentActivations.ts';

/** One direction of a recurrent node. */
export interface Cell {
  readonly b: GraphBuilder;
  readonly node: OpNode;
  readonly sizes: RecurrentSizes;
  readonly gates: number;
  /** [gates · hidden, features]. */
  readonly weights: string;
  /** [gates · hidden, hidden]. */
  readonly recurrence: string;
  /** The input's and the state's, [gates · hidden] each. */
  readonly biases: readonly string[] | undefined;
  /** [3 · hidden]: input, output, forget. */
  readonly peepholes: string | undefined;
  readonly activations: readonly Activation[];
  /** Bound of what goes into an activation. */
  readonly clip: number;
  /** `linear_before_reset` of a GRU. */
  readonly resetsAfter: boolean;
}

/** From a step's input part and states to the next states; the first is the hidden state. */
export type Step = (part: string, state: readonly string[]) => readonly string[];

export interface CellKind {
  readonly gates: number;
  readonly states: number;
  readonly cell: (cell: Cell) => Step;
}

function activate({ b, activations, clip }: Cell, which: number, value: string): string {
  const bounded = Number.isFinite(clip)
    ? b.op('Clip', [value, b.scalar(-clip), b.scalar(clip)])
    : value;
  return activations[which]?.(b, bounded) ?? bounded;
}

/** The gates' columns apart. */
function apart({ b, sizes }: Cell, value: string, gates: number): readonly string[] {
  return b.ops(
    'Split',
    [value, b.ints(new Array<number>(gates).fill(sizes.hidden))],
    { axis: 1 },
    gates,
  );
}

/** hₜ = f(part + hₜ₋₁·Rᵀ). */
export function rnnCell(cell: Cell): Step {
  return (part, [hidden = '']) => [
    activate(cell, 0, cell.b.op('Gemm', [hidden, cell.recurrence, part], { transB: 1 })),
  ];
}

/** Gates in the order input, output, forget, cell. */
export function lstmCell(cell: Cell): Step {
  const { b, node, sizes } = cell;
  if (intOf(node, 'input_forget', 0) !== 0) throw unsupported(node, 'coupled gates (input_forget)');
  const [toInput, toOutput, toForget] =
    cell.peepholes === undefined
      ? []
      : b.ops(
          'Split',
          [cell.peepholes, b.ints([sizes.hidden, sizes.hidden, sizes.hidden])],
          { axis: 0 },
          3,
        );
  const peep = (gate: string, by: string | undefined, inner: string) =>
    by === undefined ? gate : b.op('Add', [gate, b.op('Mul', [inner, by])]);
  return (part, [hidden = '', inner = '']) => {
    const all = b.op('Gemm', [hidden, cell.recurrence, part], { transB: 1 });
    const [i = '', o = '', f = '', c = ''] = apart(cell, all, 4);
    const input = activate(cell, 0, peep(i, toInput, inner));
    const forget = activate(cell, 0, peep(f, toForget, inner));
    const candidate = activate(cell, 1, c);
    const next = b.op('Add', [b.op('Mul', [forget, inner]), b.op('Mul', [input, candidate])]);
    const output = activate(cell, 0, peep(o, toOutput, next));
    return [b.op('Mul', [output, cell.activations[2]?.(b, next) ?? next]), next];
  };
}

/** Gates in the order update, reset, candidate; hₜ = candidate + update · (hₜ₋₁ − candidate). */
export function gruCell(cell: Cell): Step {
  const { b, recurrence, sizes } = cell;
  const blend = (candidate: string, update: string, hidden: string) =>
    b.op('Add', [candidate, b.op('Mul', [update, b.op('Sub', [hidden, candidate])])]);
  if (cell.resetsAfter) {
    const bias = cell.biases?.[1];
    return (part, [hidden = '']) => {
      const from = bias === undefined ? [hidden, recurrence] : [hidden, recurrence, bias];
      const [z = '', r = '', h = ''] = apart(cell, b.op('Gemm', from, { transB: 1 }), 3);
      const [zx = '', rx = '', hx = ''] = apart(cell, part, 3);
      const update = activate(cell, 0, b.op('Add', [z, zx]));
      const reset = activate(cell, 0, b.op('Add', [r, rx]));
      const candidate = activate(cell, 1, b.op('Add', [hx, b.op('Mul', [reset, h])]));
      return [blend(candidate, update, hidden)];
    };
  }
  const two = b.ints([2 * sizes.hidden, sizes.hidden]);
  const [gates = '', last = ''] = b.ops('Split', [recurrence, two], { axis: 0 }, 2);
  return (part, [hidden = '']) => {
    const [gatesX = '', lastX = ''] = b.ops('Split', [part, two], { axis: 1 }, 2);
    const both = b.op('Gemm', [hidden, gates, gatesX], { transB: 1 });
    const [z = '', r = ''] = apart(cell, both, 2);
    const [update, reset] = [activate(cell, 0, z), activate(cell, 0, r)];
    const kept = b.op('Mul', [reset, hidden]);
    const candidate = activate(cell, 1, b.op('Gemm', [kept, last, lastX], { transB: 1 }));
    return [blend(candidate, update, hidden)];
  };
}
