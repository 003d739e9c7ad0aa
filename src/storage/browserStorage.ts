import type { StorageEstimate } from '../core/ports/storageEstimate.ts';

/**
 * What the browser says of this origin's storage, over `navigator.storage`; "not known" where there
 * is none. Asking it to keep the origin (`persist`) is for the page: workers lack the call.
 */
export function browserStorage(manager: StorageManager | undefined): StorageEstimate {
  return {
    async estimate() {
      if (manager === undefined) return { usage: undefined, quota: undefined, persisted: false };
      const [{ usage, quota }, persisted] = await Promise.all([
        manager.estimate(),
        manager.persisted(),
      ]);
      return { usage, quota, persisted };
    },
  };
}
