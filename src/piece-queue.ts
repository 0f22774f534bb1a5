// Octets that come as a network reads them and are asked for as a caller likes, in order. A leaf.
//
// In: pieces, and one end or failure. Out: a promise for each `read`. It tells the one who pushes when
// too much waits, and calls `emptied` when all that waited has been taken.

/** Octets that may wait to be read; from there on nothing more should be pushed. Two reads of a socket. */
const MAX_WAITING = 131_072;

interface Waiter {
  resolve(piece: Uint8Array | null): void;
  reject(error: unknown): void;
}

export class PieceQueue {
  readonly #emptied: () => void;
  readonly #pieces: Uint8Array[] = [];
  readonly #waiters: Waiter[] = [];
  #size = 0;
  #hasEnded = false;
  #failure: { readonly error: unknown } | null = null;

  /** `emptied` is called when the last piece that waited is taken. */
  constructor(emptied: () => void) {
    this.#emptied = emptied;
  }

  /** Has `fail` been called? */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Has everything been read, the end included or next? */
  get isAtEnd(): boolean {
    return this.#hasEnded && this.#pieces.length === 0;
  }

  /** Would `read` settle at once? */
  get isReadable(): boolean {
    return this.#pieces.length > 0 || this.#hasEnded || this.#failure !== null;
  }

  /** Adds `piece`, which is given away. False: enough waits, until `emptied` is called. */
  push(piece: Uint8Array): boolean {
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.resolve(piece);
      return true;
    }
    this.#pieces.push(piece);
    this.#size += piece.length;
    return this.#size < MAX_WAITING;
  }

  /** Nothing more comes: what waits is still to be read. */
  end(): void {
    this.#hasEnded = true;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(null);
  }

  /** Nothing more comes, as something broke; what came before is still to be read. */
  fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** As `fail`, and what waits is dropped, the end included. */
  discard(error: unknown): void {
    this.#pieces.length = 0;
    this.#size = 0;
    this.#hasEnded = false;
    this.fail(error);
  }

  /** The next piece; null at the end. Rejects with the failure. */
  async read(): Promise<Uint8Array | null> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#size -= piece.length;
      if (this.#pieces.length === 0) this.#emptied();
      return piece;
    }
    if (this.#hasEnded) return null;
    if (this.#failure) throw this.#failure.error;
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }
}

/** What `read` gives, null for the end, as a byte stream with back-pressure; `cancel` is called when nobody wants more. */
export function byteStream(read: () => Promise<Uint8Array | null>, cancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    async pull(controller: ReadableByteStreamController) {
      const piece = await read();
      if (piece) {
        controller.enqueue(piece as Uint8Array<ArrayBuffer>);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel,
  });
}
