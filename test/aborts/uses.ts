// What callers do with a request, each in a way of its own: wait in the queue, upload, read half, be sent again.
//
// In: a table. The origin answers a request with its method, its target and the size of its content, so that whoever
// gets the answer can tell whether it is theirs.

import { requestEnd } from "../support/request-end.ts";
import type { Peer, Script } from "../support/scripted-server.ts";
import type { Steps } from "./steps.ts";

export interface Use {
  readonly how: "request" | "stream";
  readonly method: "GET" | "PUT" | "POST";
  readonly content: "none" | "octets" | "source";
  readonly expects: "nothing" | "continue";
  /** What is on the pool already: a connection that is idle, is idle and leads elsewhere, is busy, or dies when used. */
  readonly before: "nothing" | "idle" | "elsewhere" | "busy" | "dying";
  /** Attempts to connect that are refused, with as many retries. */
  readonly refusals: number;
  /** Does the tracer have every step wait, and is there one? */
  readonly tracer: "looks on" | "holds" | "none";
}

const PLAIN: Use = {
  how: "stream",
  method: "GET",
  content: "none",
  expects: "nothing",
  before: "nothing",
  refusals: 0,
  tracer: "looks on",
};

export const USES = {
  stream: PLAIN,
  request: { ...PLAIN, how: "request" },
  queued: { ...PLAIN, before: "busy" },
  reused: { ...PLAIN, before: "idle" },
  "in place of another": { ...PLAIN, before: "elsewhere" },
  "sent again": { ...PLAIN, before: "dying", method: "PUT", content: "octets" },
  retried: { ...PLAIN, refusals: 1 },
  "retried after a pause": { ...PLAIN, refusals: 2 },
  upload: { ...PLAIN, method: "POST", content: "source" },
  "upload of octets": { ...PLAIN, method: "PUT", content: "octets" },
  "100-continue": { ...PLAIN, method: "POST", content: "source", expects: "continue" },
  "a tracer that holds": { ...PLAIN, tracer: "holds", method: "POST", content: "source" },
} as const satisfies Record<string, Use>;

export type UseName = keyof typeof USES;

/** The target of the request that is looked at. */
export const TARGET = "/call";
const PIECES = 3;
const PIECE_SIZE = 1000;
/** More than goes out in one write. */
const OCTETS = new Uint8Array(100_000);

/** A source of content that knows whether it has been used up, or given up. */
export class Source {
  state: "unused" | "open" | "ended" | "given up" = "unused";
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    let count = 0;
    this.state = "open";
    return {
      next: async () => {
        this.#steps.mark("source.next");
        await new Promise((resolve) => setImmediate(resolve));
        if (count++ < PIECES) return { done: false, value: new Uint8Array(PIECE_SIZE) };
        this.state = "ended";
        return { done: true, value: undefined };
      },
      return: async () => {
        this.state = "given up";
        return { done: true, value: undefined };
      },
    };
  }
}

export function contentFor({ content }: Use, steps: Steps): Source | Uint8Array | null {
  if (content === "none") return null;
  return content === "octets" ? OCTETS : new Source(steps);
}

/** What the answer to the request says. */
export function answerTo({ method, content }: Use): string {
  const size = content === "none" ? 0 : content === "octets" ? OCTETS.length : PIECES * PIECE_SIZE;
  return `${method} ${TARGET} ${size}`;
}

/** The origin for `use`. It sends the second half of its answer to the request once `secondHalf` has resolved. */
export function originFor({ before }: Use, steps: Steps, secondHalf: Promise<void>): Script {
  return async (peer, index) => {
    await peer.until("\r\n\r\n");
    if (peer.received.includes("100-continue")) {
      steps.mark("origin.expected");
      peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    for (let count = 0; ; count++) {
      if (before === "dying" && index === 0 && count === 1) return dieOf(peer);
      const request = await peer.request();
      const [, method, target] = /^(\S+) (?:http:\/\/[^/]+)?(\S+)/.exec(request) ?? [];
      const content = `${method} ${target} ${sizeOf(request)}`;
      const half = content.length >> 1;
      if (target === TARGET) steps.mark("origin.asked");
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content.slice(0, half)}`);
      if (target === TARGET) await secondHalf;
      peer.send(content.slice(half));
    }
  };
}

// The connection ends with the first octets of the next request.
async function dieOf(peer: Peer): Promise<void> {
  const size = requestEnd(peer.received, 0) as number;
  if (peer.received.length === size) await new Promise((resolve) => peer.socket.once("data", resolve));
  peer.socket.destroy();
}

/** Octets of the content of `request`, the chunked coding taken off. */
function sizeOf(request: string): number {
  const content = request.slice(request.indexOf("\r\n\r\n") + 4);
  if (!/\r\ntransfer-encoding:/i.test(request)) return content.length;
  return [...content.matchAll(/([0-9a-f]+)\r\n\0*\r\n/g)].reduce(
    (sum, [, size]) => sum + Number.parseInt(size ?? "", 16),
    0,
  );
}
