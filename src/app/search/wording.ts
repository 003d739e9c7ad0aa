/** `1 test`, `2 tests`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const shown = 5;

/** `a, b and c`; of many the first few, and how many more. */
export function namedList(names: readonly string[]): string {
  if (names.length > shown)
    return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
  const last = names.at(-1) ?? 'nothing';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
