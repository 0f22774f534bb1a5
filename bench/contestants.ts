// Who takes part: names (those of client/main.mjs and client/portable.mjs), and the groups that a case chooses from.

export const RUNTIMES = ["node", "deno", "bun", "workerd"] as const;
export type Runtime = (typeof RUNTIMES)[number];

const TITLES = {
  httpcore: "httpcore request, read timeout and signal",
  "httpcore-plain": "httpcore request",
  "httpcore-paths": "httpcore request, another path each time",
  "httpcore-stream": "httpcore stream, piece by piece",
  "httpcore-reader": "httpcore request, octets to a reader",
  codec: "httpcore/protocol imported, one head parsed",
  encoder: "httpcore/protocol on a socket",
  undici: "undici request",
  "undici-signal": "undici request, signal",
  "undici-dump": "undici request, content thrown away",
  "undici-stream": "undici stream",
  "undici-dispatch": "undici dispatch",
  "undici-fetch": "undici fetch",
  fetch: "the runtime's own fetch",
  "node-http": "node:http",
  got: "got",
  axios: "axios",
  ky: "ky",
  "node-fetch": "node-fetch",
  bare: "bare socket, no parser",
  empty: "an empty program",
} as const;

export type ContestantName = keyof typeof TITLES;
export const CONTESTANTS = Object.keys(TITLES) as ContestantName[];

export function titleOf(name: ContestantName): string {
  return TITLES[name];
}

const main = ["httpcore", "httpcore-plain", "undici", "fetch", "node-http", "bare"] as const;
const others = ["undici-stream", "undici-dispatch", "undici-fetch", "got", "axios", "ky", "node-fetch"] as const;
type Group = readonly ContestantName[];

/** Groups on Node. */
export const NODE = {
  main,
  all: [...main, ...others],
  variants: ["httpcore-paths", "undici-signal", "undici-dump"],
  streamed: ["httpcore-stream", "httpcore-reader", "undici-dispatch"],
  encoder: ["httpcore-plain", "encoder", "undici", "node-http", "bare"],
  origins: ["httpcore", "undici", "fetch", "node-http"],
  download: [
    "httpcore-stream",
    "httpcore-reader",
    "undici",
    "undici-stream",
    "undici-dispatch",
    "fetch",
    "node-http",
    "bare",
  ],
  cold: ["empty", "codec", "httpcore", "undici", "fetch", "node-http", "got", "axios", "ky", "node-fetch", "bare"],
} as const satisfies Readonly<Record<string, Group>>;

type Elsewhere = Readonly<Record<Exclude<Runtime, "node">, Group>>;

/** Groups on the other runtimes. In workerd requests follow each other in one event, timed from outside. */
export const OTHERS = {
  whole: { deno: ["httpcore", "fetch", "bare"], bun: ["httpcore", "fetch", "bare"], workerd: ["httpcore", "fetch"] },
  streamed: {
    deno: ["httpcore-stream", "httpcore-reader", "fetch"],
    bun: ["httpcore-stream", "httpcore-reader", "fetch"],
    workerd: ["httpcore-stream", "httpcore-reader", "fetch"],
  },
  cold: { deno: ["empty", "codec", "httpcore", "fetch"], bun: ["empty", "codec", "httpcore", "fetch"] },
} as const satisfies Readonly<Record<string, Partial<Elsewhere>>>;

/** Whom others are compared with, where these take part. */
export const REFERENCES = ["undici", "fetch", "bare"] as const satisfies Group;

/** The quick mode's contestants. */
export const QUICK: Group = ["httpcore", "httpcore-reader", "undici", "fetch", "bare", "empty", "codec"];
