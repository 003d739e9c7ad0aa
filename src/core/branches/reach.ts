/** Everything reached from `start`, itself included: of a graph that is no lineage here, as a foreign file's. */
export function reach<Id>(start: Id, next: (id: Id) => Iterable<Id>): Set<Id> {
  const found = new Set([start]);
  // A set's iteration reaches what is added on the way.
  for (const id of found) for (const other of next(id)) found.add(other);
  return found;
}
