import type { DraftLayer } from './draft.ts';

/**
 * Names of layers for display: the longest common dotted prefix of their parameters' names, else the
 * node's name, else `op#index`; made unique by a suffix.
 *
 * Source: reference §2.2, "Attribution".
 *
 * @param tensorNames - by tensor.
 */
export function layerNames(
  layers: readonly DraftLayer[],
  tensorNames: readonly string[],
): readonly string[] {
  const seen = new Map<string, number>();
  return layers.map((layer, index) => {
    const learned = layer.parameters.filter((each) => each.learned);
    const names = learned.map(({ tensor }) => tensorNames[tensor] ?? '');
    const name = commonPrefix(names) || layer.op.name || `${layer.op.type}#${index}`;
    let count = seen.get(name) ?? 0;
    let unique = name;
    while (count > 0 && seen.has((unique = `${name}#${count + 1}`))) count++;
    seen.set(name, count + 1);
    if (unique !== name) seen.set(unique, 1);
    return unique;
  });
}

/** The dotted parts that all names begin with, the last part of each left out. */
function commonPrefix(names: readonly string[]): string {
  const [first = [], ...others] = names.map((name) => name.split('.').slice(0, -1));
  let length = first.length;
  for (const parts of others) {
    let same = 0;
    while (same < length && parts[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length).join('.');
}
