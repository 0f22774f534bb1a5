// What parsers are measured at, and which of them.

import { CHUNK_SIZES } from "./chunks.mjs";
import { SET_NAMES } from "./heads.mjs";

/** A file of contenders/ each; the first is the reference. */
export const CONTENDERS = {
  llhttp: "llhttp in WebAssembly with SIMD, as undici drives it",
  "httpcore-connection": "httpcore/protocol, ClientConnection, a whole exchange",
  "httpcore-codec": "httpcore/protocol, parseResponseHead and ChunkDecoder",
  "node-native": "llhttp inside Node",
  "http-parser-js": "http-parser-js",
} as const;
export type ContenderName = keyof typeof CONTENDERS;
export const REFERENCE = "llhttp" satisfies ContenderName;

/** Heads with nothing around: the parser in its own memory, and picohttpparser. */
export const ALONE = { native: "picohttpparser, native, SSE4.2", wasm: "the codec alone, in WebAssembly" } as const;

export interface Task {
  readonly name: string;
  readonly title: string;
  readonly kind: "all" | "lookups" | "chunks" | "alone";
  readonly set?: string;
  readonly chunkSize?: number;
}

const SETS: Readonly<Record<string, string>> = {
  small: "heads of about 0.1 KB",
  typical: "heads of about 0.7 KB",
  large: "heads of about 8 KB",
  mix: "512 different heads",
};

function headTasks(kind: "all" | "lookups" | "alone", what: string): Task[] {
  return SET_NAMES.map((set) => ({ name: `${kind}-${set}`, title: `${SETS[set]}, ${what}`, kind, set }));
}

export const TASKS: readonly Task[] = [
  ...headTasks("all", "all strings"),
  ...headTasks("lookups", "two values looked up"),
  ...CHUNK_SIZES.map((chunkSize): Task => {
    const size = chunkSize < 1024 ? `${chunkSize} B` : `${chunkSize / 1024} KiB`;
    return { name: `chunks-${chunkSize}`, title: `content in chunks of ${size}`, kind: "chunks", chunkSize };
  }),
  ...headTasks("alone", "in memory, no strings"),
];
