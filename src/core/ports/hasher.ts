/** SHA-256, which the platform gives and core does not compute itself. */
export interface Hasher {
  /** SHA-256 of `bytes` as 64 lower-case hex digits. Does not change or keep the buffer. */
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
}
