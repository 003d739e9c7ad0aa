import type { StoreCheck } from './check.fixture.ts';
import { collectChecks } from './collectChecks.fixture.ts';
import { contentChecks } from './contentChecks.fixture.ts';
import { damageChecks } from './damageChecks.fixture.ts';
import { logChecks } from './logChecks.fixture.ts';
import { recordChecks } from './recordChecks.fixture.ts';
import { repackChecks } from './repackChecks.fixture.ts';

/** All that every adapter must keep. */
export const everyCheck: readonly StoreCheck[] = [
  ...contentChecks,
  ...logChecks,
  ...collectChecks,
  ...damageChecks,
  ...repackChecks,
  ...recordChecks,
];
