// The cases: what the server answers, what clients send, how many connections are busy, and who takes part.

import { type ContestantName, NODE, OTHERS, RUNTIMES, type Runtime } from "./contestants.ts";

/** Request content: octets in all, and of each piece where it goes out piece by piece. */
export interface RequestContent {
  readonly framing: "content-length" | "chunked";
  readonly size: number;
  readonly pieceSize: number;
}

/**
 * `load` keeps its connections busy for a time; `whole` is a number of requests from a new process, all of which count,
 * and the memory that they take; `cold` is a new process up to its first response.
 */
export type Kind = "load" | "whole" | "cold";

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  /** A name of responses.mjs. */
  readonly response: string;
  readonly connections: number;
  readonly content?: RequestContent;
  readonly readsHeaders?: boolean;
  /** Is the content looked at piece by piece, and kept by nobody? */
  readonly readsPieces?: boolean;
  /** How many requests there are, unless the kind is `load`. */
  readonly requests?: number;
  readonly tls?: boolean;
  /** Origins that take turns; all of 127.0.0.0/8 is this machine, on Linux. */
  readonly origins?: number;
  /** The runtimes on which it is part of the quick mode. */
  readonly quickOn?: readonly Runtime[];
  /** Requests of the one event in workerd. */
  readonly workerCount?: number;
  readonly contestants: Readonly<Partial<Record<Runtime, readonly ContestantName[]>>>;
}

const KIB = 1024;
const MIB = 1024 * KIB;

const { main, all } = NODE;

function load(name: string, title: string, more: Partial<Case> & Pick<Case, "contestants">): Case {
  return { name, title, kind: "load", response: "small", connections: 50, ...more };
}

/** A whole message of pieces of one size, on one connection: what the framing of each piece costs. */
function encoder(label: string, pieceSize: number, size: number): Case {
  return load(`encoder-${label.toLowerCase().replace(" ", "")}`, `upload in chunks of ${label}, 1 connection`, {
    connections: 1,
    content: { framing: "chunked", size, pieceSize },
    contestants: { node: NODE.encoder },
  });
}

export const CASES: readonly Case[] = [
  load("tiny", "13 B of content", { response: "tiny", contestants: { node: main } }),
  load("small", "200 B responses", {
    quickOn: RUNTIMES,
    workerCount: 20_000,
    contestants: { node: [...all, ...NODE.variants], ...OTHERS.whole },
  }),
  load("small-1", "200 B responses, 1 connection", { connections: 1, quickOn: ["node"], contestants: { node: main } }),
  load("small-500", "200 B responses, 500 connections", { connections: 500, contestants: { node: main } }),
  load("large", "64 KiB with Content-Length", {
    response: "large",
    quickOn: ["node"],
    workerCount: 6000,
    contestants: { node: [...all, "httpcore-stream", "httpcore-reader"], ...OTHERS.whole },
  }),
  load("chunked", "64 KiB in chunks of 16 KiB", {
    response: "chunked",
    workerCount: 6000,
    contestants: { node: [...main, ...NODE.streamed], ...OTHERS.whole },
  }),
  load("chunks-256", "64 KiB in chunks of 256 B", {
    response: "chunks-256",
    quickOn: ["node"],
    contestants: { node: [...main, ...NODE.streamed] },
  }),
  load("headers", "40 header lines, all read", {
    response: "headers",
    readsHeaders: true,
    quickOn: ["node"],
    contestants: { node: all },
  }),
  load("tls", "200 B responses over TLS", { tls: true, quickOn: ["node"], contestants: { node: main } }),
  load("post-1k", "POST of 1 KiB", {
    content: { framing: "content-length", size: KIB, pieceSize: KIB },
    quickOn: ["node"],
    workerCount: 20_000,
    contestants: { node: all, ...OTHERS.whole },
  }),
  load("post-1m", "POST of 1 MiB, 8 connections", {
    connections: 8,
    content: { framing: "content-length", size: MIB, pieceSize: MIB },
    contestants: { node: main },
  }),
  load("upload", "upload of 1 MiB in chunks of 16 KiB, 8 connections", {
    connections: 8,
    content: { framing: "chunked", size: MIB, pieceSize: 16 * KIB },
    contestants: { node: main },
  }),
  encoder("64 B", 64, 256 * KIB),
  encoder("1 KiB", KIB, MIB),
  encoder("16 KiB", 16 * KIB, 4 * MIB),
  encoder("1 MiB", MIB, 16 * MIB),
  load("origins", "10,000 origins, one request to each, 50 at a time", {
    kind: "whole",
    origins: 10_000,
    requests: 10_000,
    contestants: { node: NODE.origins },
  }),
  {
    name: "download",
    title: "download of 1 GiB, read piece by piece",
    kind: "whole",
    response: "download",
    connections: 1,
    requests: 1,
    readsPieces: true,
    contestants: { node: NODE.download, ...OTHERS.streamed },
  },
  {
    name: "cold",
    title: "a new process, up to its first response",
    kind: "cold",
    response: "small",
    connections: 1,
    requests: 1,
    quickOn: ["node"],
    contestants: { node: NODE.cold, ...OTHERS.cold },
  },
];
