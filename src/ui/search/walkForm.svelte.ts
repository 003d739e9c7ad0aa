import type { NodeId, TestId } from '../../core/ids.ts';
import type { WalkOrder } from '../../core/searchViews.ts';
import { counted } from '../format.ts';
import {
  conditionOfRows,
  conditionWords,
  noRows,
  skipOf,
  type ConditionRows,
} from './conditions.ts';
import { kindsOf, type EdgeChoice } from './edgeChoice.ts';

/** What a person says about the models to list. */
export class WalkForm {
  start = $state.raw<readonly NodeId[]>([]);
  direction = $state<WalkOrder['direction']>('down');
  edges = $state<EdgeChoice>('both');
  order = $state<WalkOrder['order']>('breadth-first');
  keep = $state.raw<ConditionRows>(noRows);
  skip = $state.raw<ConditionRows>(noRows);
  stop = $state.raw<ConditionRows>(noRows);

  /** What to ask the worker; undefined without a model to begin with. */
  get wish(): WalkOrder | undefined {
    if (this.start.length === 0) return undefined;
    const skip = skipOf(this.keep, this.skip);
    const stop = conditionOfRows(this.stop);
    return {
      start: this.start,
      kinds: kindsOf(this.edges),
      direction: this.direction,
      order: this.order,
      ...(skip === undefined ? {} : { skip }),
      ...(stop === undefined ? {} : { stop }),
    };
  }

  /** "base and its descendants that fail accuracy". */
  words(nameOf: (id: NodeId) => string, testName: (id: TestId) => string): string {
    const [first] = this.start;
    const one = this.start.length === 1;
    const from = one && first !== undefined ? nameOf(first) : counted(this.start.length, 'model');
    const whose = this.direction === 'down' ? 'descendants' : 'ancestors';
    const that = conditionWords(this.keep, testName);
    return `${from} and ${one ? 'its' : 'their'} ${whose}${that === '' ? '' : ` that ${that}`}`;
  }
}
