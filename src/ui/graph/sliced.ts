/** Work done in one go before the page gets its turn, in ms: half a frame. */
const sliceMs = 8;

/**
 * Calls `work` for one piece after the other and gives the page its turn in between, so that no piece of
 * work but the longest single one can block it.
 *
 * @param isCurrent - asked after each turn; false ends the run early.
 * @returns whether all was done.
 */
export async function sliced<T>(
  pieces: readonly T[],
  work: (piece: T) => void,
  isCurrent: () => boolean,
): Promise<boolean> {
  let start = performance.now();
  for (const piece of pieces) {
    if (performance.now() - start > sliceMs) {
      await nextFrame();
      if (!isCurrent()) return false;
      start = performance.now();
    }
    work(piece);
  }
  return true;
}

/** After the next frame; a hidden tab draws none, so a timer stands in for it there. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve, 0);
    else requestAnimationFrame(() => setTimeout(resolve, 0));
  });
}

/** `list` in runs of `size`, in order. */
export function inRuns<T>(list: readonly T[], size: number): T[][] {
  const runs: T[][] = [];
  for (let i = 0; i < list.length; i += size) runs.push(list.slice(i, i + size));
  return runs;
}
