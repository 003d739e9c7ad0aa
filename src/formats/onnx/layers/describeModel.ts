import type { ReadModel } from '../readModel.ts';

/** Most characters of a text shown, and most entries of a file's own metadata. */
const shownCharacters = 200;
const shownEntries = 64;

/** What a model's file says of itself, in short strings; entries of its own are named `metadata.…`. */
export function describeModel({ model, graph }: ReadModel): Readonly<Record<string, string>> {
  const producer = [model.producerName, model.producerVersion].filter(Boolean).join(' ');
  const facts: [string, string][] = [
    ['producer', producer],
    ['irVersion', `${model.irVersion}`],
    ['modelVersion', model.modelVersion === 0 ? '' : `${model.modelVersion}`],
    ['domain', model.domain],
    ['graph', graph.name],
    ['description', model.docString],
    ...model.metadata
      .slice(0, shownEntries)
      .map(({ key, value }): [string, string] => [`metadata.${shortened(key)}`, value]),
  ];
  return Object.fromEntries(
    facts.filter(([, value]) => value !== '').map(([key, value]) => [key, shortened(value)]),
  );
}

function shortened(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1)}…` : text;
}
