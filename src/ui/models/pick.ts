/** How a click or a key picks: alone, added or taken off, or the range from the anchor. */
export interface PickKeys {
  readonly range: boolean;
  readonly toggle: boolean;
}

/**
 * The selection after picking the item at `index` of a list, as lists behave everywhere.
 *
 * @param anchor - where the last pick without range was; -1 for none.
 */
export function pick<T>(
  items: readonly T[],
  selection: readonly T[],
  index: number,
  anchor: number,
  keys: PickKeys,
): T[] {
  const item = items[index];
  if (item === undefined) return [...selection];
  if (keys.range && anchor >= 0) {
    const range = items.slice(Math.min(anchor, index), Math.max(anchor, index) + 1);
    return keys.toggle ? [...new Set([...selection, ...range])] : range;
  }
  if (!keys.toggle) return [item];
  return selection.includes(item)
    ? selection.filter((other) => other !== item)
    : [...selection, item];
}

/** Where a key moves to in a list of `count`; undefined for a key that does not move. */
export function moved(key: string, index: number, count: number, page: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}
