// The module's exports, and nothing else. Each is described where it is defined.

export { encodeChunkSize } from "./chunk-encoder";
export { decodeChunks } from "./chunked";
export { encodeRequestHead, encodeTrailerSection } from "./request-head";
export { parseResponseHead, parseTrailerSection } from "./response-head";
