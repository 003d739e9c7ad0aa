import type { Session } from '../session.svelte.ts';
import { LossyState } from './lossyState.svelte.ts';

// Apart from the session, which knows nothing of single features.
const ofSessions = new WeakMap<Session, LossyState>();

/** The state of the view, as it was left: a look at a test or a model costs nothing of what was found. */
export function lossyStateOf(session: Session): LossyState {
  const known = ofSessions.get(session) ?? new LossyState(session);
  ofSessions.set(session, known);
  return known;
}
