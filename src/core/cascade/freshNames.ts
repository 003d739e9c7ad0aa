import { longestName } from '../lineage/editLineage.ts';

/** Gives the names of new versions: `digits` → `digits@2`, `digits@2` → `digits@3`, the first that is free. */
export class FreshNames {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  next(name: string): string {
    const [, stem = name, number = '1'] = /^(.+)@(\d{1,9})$/su.exec(name) ?? [];
    for (let k = Number(number) + 1; ; k++) {
      const ending = `@${k}`;
      const fresh = `${stem.slice(0, longestName - ending.length)}${ending}`;
      if (this.#taken.has(fresh)) continue;
      this.#taken.add(fresh);
      return fresh;
    }
  }
}
