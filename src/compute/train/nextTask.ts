const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => {
  waiting.shift()?.();
};
// Node would wait for an open port for ever; browsers have no such method.
(channel.port1 as { unref?: () => void }).unref?.();

/**
 * Resolves in a later macrotask, so that messages (an abort, a pause) are taken in between. A timer would be
 * held up for 4 ms each time.
 */
export function nextTask(): Promise<void> {
  return new Promise((resume) => {
    waiting.push(resume);
    (channel.port1 as { ref?: () => void }).ref?.();
    channel.port2.postMessage(0);
  });
}
