/** `record` without the member `key` where that is empty: an absent member is left out, never undefined. */
export function withoutEmpty<Whole extends object, Key extends keyof Whole>(
  record: Whole,
  key: Key,
): Omit<Whole, Key> & Partial<Pick<Whole, Key>> {
  const empty = record[key] === '' || record[key] === undefined;
  const members = Object.entries(record).filter(([name]) => name !== key || !empty);
  return Object.fromEntries(members) as Omit<Whole, Key> & Partial<Pick<Whole, Key>>;
}
