/** Whether `event` is the key combination `keys`, e.g. `mod+shift+z`; `mod` is Ctrl, or ⌘ on a Mac. */
export function isKeys(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const mod = event.ctrlKey || event.metaKey;
  if (mod !== parts.includes('mod') || event.altKey) return false;
  // `?` needs Shift on most keyboards: only named keys look at it.
  if (key.length > 1 || /[a-z]/.test(key)) {
    if (event.shiftKey !== parts.includes('shift')) return false;
  }
  return event.key.toLowerCase() === key;
}

/** A combination as people read it: `Ctrl+Shift+Z`. */
export function keysText(keys: string): string {
  const names: Readonly<Record<string, string>> = { mod: 'Ctrl', delete: 'Del', f2: 'F2' };
  return keys
    .split('+')
    .map((part) => names[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join('+');
}

/** Whether keys typed at `target` are text, so that single-key commands stay out of it. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
