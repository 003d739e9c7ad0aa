/** Collects encoded bytes. */
export interface ByteWriter {
  byte(value: number): void;
  /** LEB128 of a value below 2^32: seven bits a byte, least significant first. */
  varint(value: number): void;
  /** Appends `bytes`; kept as a view until `finish`. */
  bytes(bytes: Uint8Array): void;
  /** Everything written, owned by the caller. */
  finish(): Uint8Array<ArrayBuffer>;
}

export function byteWriter(): ByteWriter {
  const parts: Uint8Array[] = [];
  let pending: number[] = [];
  const flush = (): void => {
    if (pending.length > 0) parts.push(Uint8Array.from(pending));
    pending = [];
  };
  return {
    byte(value) {
      pending.push(value);
    },
    varint(value) {
      let rest = value;
      for (; rest >= 128; rest = Math.floor(rest / 128)) pending.push((rest % 128) + 128);
      pending.push(rest);
    },
    bytes(bytes) {
      flush();
      parts.push(bytes);
    },
    finish() {
      flush();
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
  };
}
