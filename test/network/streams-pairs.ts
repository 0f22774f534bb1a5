// Pairs of web streams in memory, and their far ends: what a tunnel's other side would see and do.
//
// In: calls of a test. Out: octets, ends and errors on the pair. `bytes` is a byte stream that answers the read that is
// pending when it closes, `silent-bytes` one that does not, `chunks` a stream that is no byte stream.

import { type ConnectionPool, type ConnectionPoolOptions, type StreamPair, streamsBackend } from "httpcore";
import { afterEach, beforeEach, expect } from "vitest";
import { eventually, openPool, pause } from "../support/outcomes.ts";
import { OK } from "../support/scripted-server.ts";

/** Where requests go whose octets go nowhere. */
export const URL = "http://www.example.com/";
/** The octets of the plainest request to it. */
export const GET = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";

export type PairKind = "bytes" | "silent-bytes" | "chunks";

/** Counts octets, and lets chunks through that are none. */
const BY_LENGTH = { highWaterMark: 0, size: (chunk: unknown) => (chunk instanceof Uint8Array ? chunk.length : 1) };

export class FarEnd {
  readonly pair: StreamPair;
  /** Every octet that came, one character for each. */
  received = "";
  /** The chunks that came, as they came. */
  readonly chunks: Uint8Array[] = [];
  /** What has become of the pair's two sides. */
  readonly events: ("closed" | "aborted" | "cancelled")[] = [];
  readonly #kind: PairKind;
  #source: ReadableStreamDefaultController<unknown> | ReadableByteStreamController | null = null;
  #sink: WritableStreamDefaultController | null = null;
  #gate: Promise<void> | null = null;

  constructor(kind: PairKind) {
    this.#kind = kind;
    const source = {
      start: (controller: ReadableStreamDefaultController<unknown> | ReadableByteStreamController): void => {
        this.#source = controller;
      },
      cancel: () => void this.events.push("cancelled"),
    };
    const readable =
      kind === "chunks" ? new ReadableStream(source, BY_LENGTH) : new ReadableStream({ ...source, type: "bytes" });
    const writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#sink = controller;
      },
      write: async (chunk) => {
        await this.#gate;
        this.chunks.push(chunk);
        this.received += Buffer.from(chunk).toString("latin1");
      },
      close: () => void this.events.push("closed"),
      abort: () => void this.events.push("aborted"),
    });
    this.pair = { readable: readable as ReadableStream<Uint8Array>, writable };
  }

  /** A chunk of any type, for those that are wrong too. */
  sendChunk(chunk: unknown): void {
    (this.#source as ReadableStreamDefaultController<unknown>).enqueue(chunk);
  }

  send(text: string): void {
    this.sendChunk(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** Sends a FIN, so to say. */
  end(): void {
    this.#source?.close();
    if (this.#kind === "bytes") (this.#source as ReadableByteStreamController).byobRequest?.respond(0);
  }

  /** What the client reads fails. */
  fail(error: unknown): void {
    this.#source?.error(error);
  }

  /** What the client writes fails. */
  refuse(error: unknown): void {
    this.#sink?.error(error);
  }

  /** Takes no more chunks, until what it gives back is called. */
  hold(): () => void {
    let release = (): void => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  /** Octets sent that the client has not read yet. */
  get backlog(): number {
    return 0 - (this.#source?.desiredSize ?? 0);
  }

  async until(text: string): Promise<void> {
    await eventually(() => this.received.includes(text), `${JSON.stringify(text)} has come`);
  }
}

/** Every test of the file fails that leaves a rejection to nobody. */
export function watchRejections(): void {
  let unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => {
    unhandled = [];
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    await pause(5);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
}

/** A pool over pairs in memory; the far ends come to be in `ends`, one for each connection. */
export function poolInMemory(
  kind: PairKind,
  options: ConnectionPoolOptions = {},
): { pool: ConnectionPool; ends: FarEnd[] } {
  const ends: FarEnd[] = [];
  const networkBackend = streamsBackend(() => {
    const far = new FarEnd(kind);
    ends.push(far);
    return far.pair;
  });
  return { pool: openPool({ ...options, networkBackend }), ends };
}

/** Octets of which none is where another could stand. */
export function octetsOf(size: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) octets[i] = i % 251;
  return octets;
}

/** The far end of the connection with this number, once it is open. */
export async function endOf(ends: readonly FarEnd[], index: number): Promise<FarEnd> {
  await eventually(() => ends.length > index, `connection ${index} is open`);
  return ends[index] as FarEnd;
}

/** The same, once a head has come: it can be answered. */
export async function asked(ends: readonly FarEnd[], index: number): Promise<FarEnd> {
  const far = await endOf(ends, index);
  await far.until("\r\n\r\n");
  return far;
}

/** A pool with one connection, which is idle, and its far end. */
export async function idlePool(kind: PairKind): Promise<{ pool: ConnectionPool; ends: FarEnd[]; far: FarEnd }> {
  const { pool, ends } = poolInMemory(kind);
  const promise = pool.request("GET", URL);
  const far = await asked(ends, 0);
  far.send(OK);
  await promise;
  expect(String(pool)).toContain("0 active, 1 idle");
  return { pool, ends, far };
}
