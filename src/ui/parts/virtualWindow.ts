/** The rows of a long list that are drawn: `first` up to but not including `last`. */
export interface VirtualWindow {
  readonly first: number;
  readonly last: number;
  /** Height of what is left out above and below, in pixels. */
  readonly before: number;
  readonly after: number;
}

/** Rows drawn beyond either edge, so that a fast scroll shows no gap. */
const overscan = 8;

/** Which of `count` rows of equal height are near the viewport. Heights in pixels. */
export function virtualWindow(
  scrollTop: number,
  viewportHeight: number,
  rowHeight: number,
  count: number,
): VirtualWindow {
  const top = Math.min(Math.max(0, scrollTop), Math.max(0, count * rowHeight - viewportHeight));
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((top + viewportHeight) / rowHeight) + overscan);
  return { first, last, before: first * rowHeight, after: (count - last) * rowHeight };
}
