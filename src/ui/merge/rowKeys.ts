import type { MethodKind } from './mergeWords.ts';

/** What a key does on a layer's row. */
export type RowAct =
  | { readonly is: 'go'; readonly to: number }
  | { readonly is: 'choose'; readonly method: MethodKind };

const methods: Readonly<Record<string, MethodKind>> = { x: 'x', y: 'y', b: 'base', a: 'average' };

/** What a key pressed on the row at `index` does; undefined where it is none of the board's. */
export function rowKey(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  index: number,
  count: number,
): RowAct | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  if (to !== undefined) return { is: 'go', to: Math.max(0, Math.min(count - 1, to)) };
  const method = methods[key.toLowerCase()];
  return method === undefined ? undefined : { is: 'choose', method };
}
