import { isFloat } from '../core/dtype.ts';
import type { Dtype } from '../core/dtype.ts';
import type { TensorRole } from '../core/snapshot.ts';

const optimizerPart =
  /^(optim(izers?|s)?(_?(states?|state_?dicts?|dict))?|opt_state|[gd]_optim(izer)?)$/i;
const randomState = /(^|[._])(rng|random)_?states?([._]|$)|(^|\.)(cuda_)?rng(\.|$)/i;
const packed = /(^|[._])(qweight|qzeros|weight_packed|packed_weight|_packed_params)([._]|$)/;

/**
 * What a tensor of a state dict is for, from its name and dtype: formats without a graph say no more.
 *
 * Floats and integers of at most a byte (quantised weights) are weights; wider integers and booleans
 * are counters and index tables, unless the name says that weights are packed in them.
 *
 * @param path - the name by containers: the keys that lead to the tensor.
 */
export function tensorRole(path: readonly string[], dtype: Dtype): TensorRole {
  if (path.slice(0, -1).some((part) => optimizerPart.test(part))) return 'optimizer';
  const name = path.join('.');
  if (dtype === 'u8' && randomState.test(name)) return 'other';
  if (dtype === 'bool' || dtype === 'string') return 'constant';
  if (isFloat(dtype) || dtype === 'c64' || dtype === 'c128') return 'weight';
  if (/^[iu](8|4|2)$/.test(dtype) || packed.test(name)) return 'weight';
  return 'constant';
}
