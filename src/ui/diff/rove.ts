/** Where the keys of a list lead from row `at` of `count`, `page` rows in sight; undefined for other keys. */
export function rove(key: string, at: number, count: number, page: number): number | undefined {
  const last = count - 1;
  const next: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: last,
  };
  const wanted = next[key];
  return wanted === undefined || count === 0 ? undefined : Math.min(last, Math.max(0, wanted));
}

/** Where a list must be scrolled to so that row `at` is in sight. In pixels. */
export function scrollFor(
  at: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
  head = 0,
): number {
  const top = at * rowHeight;
  if (top < scrollTop) return top;
  const most = scrollTop + height - head - rowHeight;
  return top > most ? top - height + head + rowHeight : scrollTop;
}
