import { LineageError } from '../core/lineageError.ts';
import type { Backend, Held, Runtime } from './runtime/runtime.ts';

/** What goes wrong with a runtime, and when. */
export interface Faults {
  /** Calls itself so, whatever computes. */
  readonly backend?: Backend;
  /** The device is lost in this training run of a session, counted from 1. */
  readonly loseAt?: number;
  /** A run fails for memory while more examples than this go through at once. */
  readonly mostExamples?: number;
  /** Called before each training run. */
  readonly beforeRun?: (run: number) => void | Promise<void>;
}

/** A runtime that computes rightly until it is told to fail. */
export function brittleRuntime(inner: Runtime, faults: Faults): Runtime {
  let runs = 0;
  let lose: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const check = async (feeds: ReadonlyMap<string, Held>) => {
    runs++;
    await faults.beforeRun?.(runs);
    if (runs === faults.loseAt) {
      lose('pulled out');
      throw new LineageError('device-lost', { reason: 'pulled out' });
    }
    const examples = feeds.get('points')?.shape.at(-2) ?? 0;
    if (examples > (faults.mostExamples ?? Infinity))
      throw new LineageError('out-of-memory', { neededBytes: 1, reason: 'full' });
  };
  return {
    backend: faults.backend ?? inner.backend,
    ...(inner.threads === undefined ? {} : { threads: inner.threads }),
    f16: inner.f16,
    version: inner.version,
    hold: (tensor) => inner.hold(tensor),
    open: async (network, use) => {
      const session = await inner.open(network, use);
      if (use === 'inference') return session;
      return {
        digest: session.digest,
        run: async (feeds) => {
          await check(feeds);
          return session.run(feeds);
        },
        release: () => {
          session.release();
        },
      };
    },
    lost,
    live: () => inner.live(),
    close: () => Promise.resolve(),
  };
}
