// The module's exports, and nothing else. Addresses are those of memory.ts; the rest is described where it is defined.

export { encodeChunkSize } from "./chunk-encoder";
export { decodeChunks } from "./chunked";
export { FIELDS, HEAD, LENGTH, RESULT, STATE, TEXT, WINDOW } from "./memory";
export { encodeRequestHead, encodeTrailerSection } from "./request-head";
export { parseResponseHead, parseTrailerSection } from "./response-head";
