/** Measures the codecs when it is told how often, and answers with the results or an error. */
import { codecCases, codecTrials } from './codecTrials.ts';

addEventListener('message', ({ data: runs }: MessageEvent<number>) => {
  codecTrials(codecCases(), runs).then(
    (results) => {
      postMessage({ results });
    },
    (error: unknown) => {
      postMessage({ error: String(error) });
    },
  );
});
