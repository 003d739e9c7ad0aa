import { signOf } from '../../gradients/scalarLike.ts';
import { total } from '../total.ts';
import { exampleSize, spread, type LossInputs, type LossNodes } from './lossNodes.ts';

/** (x − t)², mean over an example's elements. Source: PyTorch, torch.nn.MSELoss. */
export function meanSquaredError(inputs: LossInputs): LossNodes {
  const { b } = inputs;
  const error = b.op('Sub', [inputs.output, inputs.target]);
  const weighted = b.op('Mul', [error, share(inputs)]);
  return {
    loss: total(b, b.op('Mul', [weighted, error])),
    gradient: b.op('Mul', [weighted, b.scalar(2)]),
  };
}

/** |x − t|, mean over an example's elements; derivative 0 at 0. Source: PyTorch, torch.nn.L1Loss. */
export function meanAbsoluteError(inputs: LossInputs): LossNodes {
  const { b } = inputs;
  const error = b.op('Sub', [inputs.output, inputs.target]);
  const weight = share(inputs);
  return {
    loss: total(b, b.op('Mul', [b.op('Abs', [error]), weight])),
    gradient: b.op('Mul', [signOf(b, error), weight]),
  };
}

/**
 * Huber's loss: e²/2 up to |e| = δ, δ·(|e| − δ/2) beyond, that is `c·(e − c/2)` with c = e clipped to
 * ±δ; c is the derivative. Source: PyTorch, torch.nn.HuberLoss.
 */
export function huber(inputs: LossInputs, delta: number): LossNodes {
  const { b } = inputs;
  const error = b.op('Sub', [inputs.output, inputs.target]);
  const clipped = b.op('Clip', [error, b.scalar(-delta), b.scalar(delta)]);
  const gradient = b.op('Mul', [clipped, share(inputs)]);
  const rest = b.op('Sub', [error, b.op('Mul', [clipped, b.scalar(0.5)])]);
  return { loss: total(b, b.op('Mul', [gradient, rest])), gradient };
}

/** Weight of an element: its example's, shared evenly. */
function share({ b, output, weights }: LossInputs): string {
  const shape = b.shape(output);
  const spreadWeights = spread(b, weights, shape.length);
  const size = exampleSize(shape);
  return size === 1 ? spreadWeights : b.op('Mul', [spreadWeights, b.scalar(1 / size)]);
}
