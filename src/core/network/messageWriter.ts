import { utf8 } from '../utf8.ts';

/** Writes one protobuf message. Source: protobuf encoding, wire types 0, 2 and 5. */
export class MessageWriter {
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;

  /** A varint field; negative numbers as two's complement of 64 bits. */
  int(field: number, value: number): void {
    this.#key(field, 0);
    this.#varint(BigInt(value));
  }

  float(field: number, value: number): void {
    this.#key(field, 5);
    this.#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  text(field: number, text: string): void {
    this.bytes(field, utf8(text));
  }

  bytes(field: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#key(field, 2);
    this.#varint(BigInt(bytes.length));
    this.#push(bytes);
  }

  message(field: number, write: (inner: MessageWriter) => void): void {
    const inner = new MessageWriter();
    write(inner);
    this.#key(field, 2);
    this.#varint(BigInt(inner.#bytes));
    for (const piece of inner.#pieces) this.#push(piece);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #key(field: number, wireType: number): void {
    this.#varint(BigInt(field * 8 + wireType));
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let left = BigInt.asUintN(64, value);
    do {
      const low = Number(left & 127n);
      left >>= 7n;
      bytes.push(left > 0n ? low | 128 : low);
    } while (left > 0n);
    this.#push(Uint8Array.from(bytes));
  }

  #push(piece: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }
}
