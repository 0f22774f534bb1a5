// Entry `httpcore/protocol`: HTTP/1.1 without a socket. No network, no timer; runs wherever WebAssembly does.

export {
  HTTPCoreError,
  LocalProtocolError,
  ProtocolError,
  RemoteProtocolError,
  UnsupportedByRuntime,
} from "../errors.ts";
export { ChunkDecoder } from "../protocol/chunk-decoder.ts";
export { ChunkEncoder } from "../protocol/chunk-encoder.ts";
export { ClientConnection, type ClientConnectionOptions } from "../protocol/client-connection.ts";
export type {
  ClosedEvent,
  ContentEvent,
  EndEvent,
  Framing,
  NeedDataEvent,
  PausedEvent,
  ReceiveEvent,
  RequestEvent,
  RequestFacts,
  ResponseEvent,
  SendContentEvent,
  SendEndEvent,
  SendEvent,
} from "../protocol/events.ts";
export type { HeadersInput, HeaderText } from "../protocol/field-lines.ts";
export { HeaderList } from "../protocol/header-list.ts";
export { DEFAULT_LIMITS, type Limits } from "../protocol/limits.ts";
export { type EncodedHead, encodeRequestHead } from "../protocol/request-head.ts";
export { type ParsedResponseHead, type ParseOptions, parseResponseHead } from "../protocol/response-head.ts";
export type { RequestState, ResponseState } from "../protocol/states.ts";
