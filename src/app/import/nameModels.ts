/** What a name is made from. */
export interface Nameable {
  /** The candidate's own name: usually the file's stem. */
  readonly name: string;
  /** Main file, `/`-separated. */
  readonly path: string;
}

/**
 * Unique names for the models of one import: the candidate's name; where several share it, the file
 * name with its extension; where these are equal too, the path; then a number.
 *
 * @param taken - names in use.
 * @returns names in the order of `models`.
 */
export function nameModels(models: readonly Nameable[], taken: ReadonlySet<string>): string[] {
  const used = new Set(taken);
  const ways = [
    (model: Nameable) => model.name,
    (model: Nameable) => model.path.slice(model.path.lastIndexOf('/') + 1),
    (model: Nameable) => model.path,
  ];
  const counts = ways.map((way) => countOf(models.map((model) => fold(way(model)))));
  return models.map((model) => {
    const way = ways.find(
      (candidate, index) =>
        counts[index]?.get(fold(candidate(model))) === 1 && !used.has(candidate(model)),
    );
    const name = way === undefined ? numbered(model.name, used) : way(model);
    used.add(name);
    return name;
  });
}

/** Names that differ only by case are told apart by their extension: people read them as equal. */
function fold(name: string): string {
  return name.toLowerCase();
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function numbered(name: string, used: ReadonlySet<string>): string {
  if (!used.has(name)) return name;
  let number = 2;
  while (used.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}
