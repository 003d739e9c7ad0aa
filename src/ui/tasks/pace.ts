/** How fast a task goes and when it will be done. */
export interface Pace {
  /** Units a second; undefined until it can be told. */
  readonly rate: number | undefined;
  readonly remainingMs: number | undefined;
}

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Samples older than this, in ms, no longer tell how fast the task goes now. */
const windowMs = 5000;
/** Under this, in ms, a rate would only be noise. */
const leastMs = 400;

/** Keeps the last seconds of a task's progress and tells its pace. Not shared between tasks. */
export function paceMeter(): (at: number, done: number, total: number) => Pace {
  let samples: Sample[] = [];
  return (at, done, total) => {
    const last = samples.at(-1);
    if (last !== undefined && done < last.done) samples = []; // a new step counts from its own start
    samples.push({ at, done });
    samples = samples.filter((sample) => at - sample.at <= windowMs);
    const first = samples[0];
    if (first === undefined || at - first.at < leastMs || done <= first.done)
      return { rate: undefined, remainingMs: undefined };
    const rate = ((done - first.done) * 1000) / (at - first.at);
    return { rate, remainingMs: ((total - done) * 1000) / rate };
  };
}
