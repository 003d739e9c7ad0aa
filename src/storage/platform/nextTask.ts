/** Resolves in another macrotask, so that messages, and with them aborts, come through. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
