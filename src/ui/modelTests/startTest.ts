import type { TestId } from '../../core/ids.ts';

/** What the form of a test opens with: a test to edit, or a new one of the selection. */
export interface TestStart {
  readonly id?: TestId;
}
