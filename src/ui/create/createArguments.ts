import type { CreateOrder } from '../../core/creationViews.ts';
import type { CreateOptions } from '../mgitCreation.ts';

/** An order as `mgit.create` and `mgit.previewCreation` take it. */
export function createArguments(order: CreateOrder): [fn: string, options: CreateOptions] {
  const { function: fn, arguments: args, ...rest } = order;
  return [fn, { ...rest, ...(args === undefined ? {} : { args }) }];
}
