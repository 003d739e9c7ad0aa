import type { ModelNode } from '../../core/lineage/graph.ts';

/** Why two models that were trained on text cannot be merged: another tokenizer, another vocabulary. */
export function unlikeTokens(x: ModelNode, y: ModelNode): string | undefined {
  const [ofX, ofY] = [tokensOf(x), tokensOf(y)];
  for (const [input, words] of ofX) {
    const other = ofY.get(input);
    if (other !== undefined && other !== words)
      return `${x.name} reads ${input} as ${words} and ${y.name} as ${other}: one number would mean two words`;
  }
  return undefined;
}

/** By network input: how its recipe turns text into numbers. */
function tokensOf({ recipe }: ModelNode): Map<string, string> {
  const found = new Map<string, string>();
  for (const { inputs } of recipe?.data ?? [])
    for (const [input, made] of Object.entries(inputs))
      if (made.is === 'tokens') found.set(input, `${made.tokenizer} of a vocabulary of ${made.vocabulary}`); // prettier-ignore
  return found;
}
