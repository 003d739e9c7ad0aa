/** Named locks shared by all tabs of the origin, or by all stores of a process. */
export interface Locks {
  /** Runs `work` when nobody else has `name`, in order of asking. */
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Takes `name` if it is free and gives the way to let go; undefined if it is taken. */
  hold(name: string): Promise<(() => void) | undefined>;
  /** Which of the locks now held have names that start with `prefix`. */
  held(prefix: string): Promise<Set<string>>;
  /** Lets go of everything held, as a closed tab does. */
  close(): void;
}

/**
 * Locks of the Web Locks API: a tab that dies lets go of its own.
 *
 * @param space - put before every name, for the locks of one database.
 */
export function webLocks(manager: LockManager, space: string): Locks {
  const holds = new Set<() => void>();
  return {
    exclusive: (name, work) => manager.request(space + name, work),
    hold: (name) =>
      new Promise((resolve, reject) => {
        manager
          .request(space + name, { ifAvailable: true }, (lock) => {
            if (lock === null) {
              resolve(undefined);
              return undefined;
            }
            return new Promise<void>((end) => {
              const release = () => {
                holds.delete(release);
                end();
              };
              holds.add(release);
              resolve(release);
            });
          })
          .catch(reject);
      }),
    async held(prefix) {
      const { held = [] } = await manager.query();
      const names = held
        .map(({ name = '' }) => name)
        .filter((name) => name.startsWith(space + prefix));
      return new Set(names.map((name) => name.slice(space.length)));
    },
    close: () => {
      for (const release of [...holds]) release();
    },
  };
}

/** What the stores of one process share: who has a lock, and when its last waiter is done. */
export interface LockTable {
  readonly held: Set<string>;
  readonly queues: Map<string, Promise<unknown>>;
}

export function lockTable(): LockTable {
  return { held: new Set(), queues: new Map() };
}

/** Locks within one process, for Node and for stores in memory. */
export function processLocks(table: LockTable): Locks {
  const holds = new Set<() => void>();
  return {
    async exclusive(name, work) {
      const before = table.queues.get(name) ?? Promise.resolve();
      const result = before.then(work);
      table.queues.set(
        name,
        result.catch(() => undefined),
      );
      return result;
    },
    hold(name) {
      if (table.held.has(name)) return Promise.resolve(undefined);
      table.held.add(name);
      const release = () => {
        if (holds.delete(release)) table.held.delete(name);
      };
      holds.add(release);
      return Promise.resolve(release);
    },
    held: (prefix) =>
      Promise.resolve(new Set([...table.held].filter((name) => name.startsWith(prefix)))),
    close: () => {
      for (const release of [...holds]) release();
    },
  };
}
