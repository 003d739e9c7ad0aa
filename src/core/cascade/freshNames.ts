import { longestName } from '../lineage/editLineage.ts';

/** Gives the names of new versions: `digits` → `digits@2`, `digits@2` → `digits@3`, the first that is free. */
export class FreshNames {
  readonly #taken: { has(name: string): boolean };
  readonly #given = new Set<string>();

  constructor(taken: { has(name: string): boolean }) {
    this.#taken = taken;
  }

  next(name: string): string {
    const numbered = name.includes('@') ? /^(.+)@(\d{1,9})$/su.exec(name) : null;
    const [, stem = name, number = '1'] = numbered ?? [];
    for (let k = Number(number) + 1; ; k++) {
      const ending = `@${k}`;
      const fresh = `${stem.slice(0, longestName - ending.length)}${ending}`;
      if (this.#taken.has(fresh) || this.#given.has(fresh)) continue;
      this.#given.add(fresh);
      return fresh;
    }
  }
}
