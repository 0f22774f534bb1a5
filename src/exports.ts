// What every runtime's entry exports alike.

export type { PoolConnection } from "./connection-pool.ts";
export type { Content } from "./content.ts";
export {
  ConnectError,
  ConnectTimeout,
  HTTPCoreError,
  LocalProtocolError,
  NetworkError,
  type Phase,
  PoolClosed,
  PoolTimeout,
  ProtocolError,
  ProxyError,
  type ProxyReply,
  ReadError,
  ReadTimeout,
  RemoteProtocolError,
  ResponseNotRead,
  StreamConsumed,
  TimeoutException,
  TotalTimeout,
  UnsupportedByRuntime,
  UnsupportedProtocol,
  WriteError,
  WriteTimeout,
} from "./errors.ts";
export type {
  ContentCallback,
  InformationalCallback,
  InformationalResponse,
  RequestExtensions,
  RequestOptions,
} from "./extensions.ts";
export type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  SocketOptions,
  TLSConnectOptions,
  TLSVersion,
} from "./network/network.ts";
export { type StreamPair, type StreamPairOptions, streamsBackend } from "./network/streams.ts";
export type { ExchangeTimes } from "./pool/exchange-times.ts";
export type { NetworkStream } from "./pool/network-stream.ts";
export type { Timeouts } from "./pool/timeouts.ts";
export type { Trace } from "./pool/tracer.ts";
export type { ConnectionPoolOptions } from "./pool-options.ts";
export type { HeadersInput, HeaderText } from "./protocol/field-lines.ts";
export { HeaderList } from "./protocol/header-list.ts";
export type { Limits } from "./protocol/limits.ts";
export { Proxy } from "./proxy.ts";
export type { Environment, ProxyEnvironment } from "./proxy-environment.ts";
export type { ProxyOptions } from "./proxy-options.ts";
export { Request, type RequestInit } from "./request.ts";
export { Response, type ResponseExtensions, type ResponseInit } from "./response.ts";
export type { PEM, TLSOptions } from "./tls-options.ts";
export { URL, type URLParts } from "./url.ts";
