/** Tells the other tabs, or the other stores of a process, that something was committed. */
export interface Announcer {
  tell(): void;
  /** Calls back when another one tells. Returns the way to stop. */
  listen(listener: () => void): () => void;
  close(): void;
}

/** Over a BroadcastChannel, which never calls back the one who told. */
export function channelAnnouncer(name: string): Announcer {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<() => void>();
  channel.onmessage = () => {
    for (const listener of listeners) listener();
  };
  return {
    tell: () => {
      channel.postMessage('commit');
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      channel.close();
    },
  };
}

/** Within one process: `bus` holds one entry for each store. */
export function processAnnouncer(bus: Set<() => void>): Announcer {
  const listeners = new Set<() => void>();
  const ring = () => {
    for (const listener of listeners) listener();
  };
  bus.add(ring);
  return {
    tell: () => {
      for (const other of [...bus]) if (other !== ring) queueMicrotask(other);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      bus.delete(ring);
      listeners.clear();
    },
  };
}
