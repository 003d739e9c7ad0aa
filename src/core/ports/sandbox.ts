import type { Json } from '../recipe/recipe.ts';
import type { Cancellation } from './run.ts';

/** What a script is given, and how much it may use. */
export interface SandboxOrder {
  /** JavaScript: the body of a function of the names in `globals`; it returns JSON. */
  readonly script: string;
  readonly globals: Readonly<Record<string, Json>>;
  readonly timeMs: number;
  readonly memoryBytes: number;
}

export interface SandboxOutcome {
  readonly value: Json;
  readonly log: readonly string[];
  readonly ms: number;
}

/**
 * Runs scripts that nobody vouches for: without storage, network, clock, random numbers or anything of
 * the page; stopped at its time or memory limit.
 */
export interface Sandbox {
  /**
   * @throws LineageError `script-failed` with the script's own error, its line, or the limit it met.
   * @throws AbortError once the signal is aborted.
   */
  run(order: SandboxOrder, signal: Cancellation): Promise<SandboxOutcome>;
}
