const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => {
  waiting.shift()?.();
};
// Node would wait for an open port for ever; browsers have no such method.
(channel.port1 as { unref?: () => void }).unref?.();

/** Node's own; there a message that is posted while one is taken comes before timers and other ports. */
const immediately = (globalThis as { readonly setImmediate?: (callback: () => void) => void })
  .setImmediate;

/**
 * Resolves in a later macrotask, so that messages (an abort, a pause) are taken in between. A timer would be
 * held up for 4 ms each time.
 */
export function nextTask(): Promise<void> {
  return new Promise((resume) => {
    if (immediately !== undefined) {
      immediately(resume);
      return;
    }
    waiting.push(resume);
    channel.port2.postMessage(0);
  });
}
