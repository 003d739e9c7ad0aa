import type { TestId } from '../../core/ids.ts';
import type { TestWish } from '../mgitTests.ts';

/** What the form of a test opens with: a test to edit, or what is known of a new one. */
export interface TestStart {
  readonly id?: TestId;
  readonly wish?: Partial<Omit<TestWish, 'id'>>;
}
