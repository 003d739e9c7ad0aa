import type { AttributeValue, Layer } from '../architecture.ts';

/** A layer for people: "conv1 (Conv 3→16, 3×3)". */
export function layerLabel({ name, kind, attributes }: Layer): string {
  return `${name} (${[kind, sizeWords(attributes)].filter((word) => word !== '').join(' ')})`;
}

function sizeWords(attributes: Layer['attributes']): string {
  const one = (...names: readonly string[]): string | undefined => {
    const found = names.find((name) => attributes[name] !== undefined);
    return found === undefined ? undefined : attributeWords(attributes[found]);
  };
  const from = one('in', 'inC', 'rows', 'input');
  const to = one('out', 'outC', 'dim', 'hidden');
  const sizes = from !== undefined && to !== undefined ? `${from}→${to}` : undefined;
  const other = one('channels', 'normalizedShape', 'shape');
  return [sizes ?? other, one('kernel')].filter((word) => word !== undefined).join(', ');
}

/** An attribute's value for people: `3×3`, `same`; "none" where it is missing. */
export function attributeWords(value: AttributeValue | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'object' ? value.join('×') : String(value);
}

/**
 * What tells two matched layers apart, in words: "outC 16 → 24".
 *
 * @param across - whether formats differ: attributes that only one of them tells are passed over.
 * @param normRemoved - whether a batch norm that followed the layer of `a` has no partner.
 */
export function layerNotes(
  a: Layer,
  b: Layer,
  { across, normRemoved }: { readonly across: boolean; readonly normRemoved: boolean },
): string[] {
  const notes: string[] = [];
  if (a.kind !== b.kind && !across) notes.push(`${a.kind} → ${b.kind}`);
  const names = new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)]);
  if (a.name !== b.name) notes.push(`called ${a.name} in the first`);
  for (const name of [...names].sort()) {
    const [x, y] = [a.attributes[name], b.attributes[name]];
    // Without a graph the channels of a convolution are those of one group.
    if (across && (x === undefined || y === undefined || name === 'inC')) continue;
    const [from, to] = [attributeWords(x), attributeWords(y)];
    if (from === to) continue;
    if (name === 'hasBias') notes.push(biasNote(to === '1', normRemoved));
    else notes.push(`${name} ${from} → ${to}`);
  }
  return [...notes, ...stateNotes(a, b)];
}

/** Slots of recurrent layers that hold where they start: no weights, stored by some exporters only. */
const startSlots = ['initial_h', 'initial_c'];

function stateNotes(a: Layer, b: Layer): string[] {
  const has = ({ parameters }: Layer, wanted: string) =>
    parameters.some(({ slot }) => slot === wanted);
  return startSlots.flatMap((slot) => {
    const [inA, inB] = [has(a, slot), has(b, slot)];
    if (inA === inB) return [];
    return [`${slot}, the state it starts from, is stored in the ${inA ? 'first' : 'second'} only`];
  });
}

function biasNote(appeared: boolean, normRemoved: boolean): string {
  if (!appeared) return 'bias is gone';
  return normRemoved ? 'bias appeared: folded batch-norm?' : 'bias appeared';
}
