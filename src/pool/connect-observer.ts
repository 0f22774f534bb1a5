// Who is told of the steps by which a connection is set up: for `trace` and `timings`.

/** The steps, by httpcore's names. */
export type ConnectStep =
  | "connection.connect_tcp"
  | "connection.connect_unix_socket"
  | "connection.start_tls"
  | "proxy.start_tls"
  | "socks.connect_tcp"
  | "socks.setup_socks5_connection"
  | "socks.start_tls"
  | "http11.send_request_headers"
  | "http11.receive_response_headers";

/** Steps come one after the other: each is started, and then complete or failed. No `info` holds a secret. */
export interface ConnectObserver {
  /** The step begins when the promise settles; it rejects with what the tracer threw, which ends the attempt. */
  started(step: ConnectStep, info: object): Promise<void> | void;
  complete(step: ConnectStep, info: object): Promise<void> | void;
  failed(step: ConnectStep, error: unknown): Promise<void> | void;
}

export const NO_OBSERVER: ConnectObserver = { started() {}, complete() {}, failed() {} };

/** What `run` gives, as a step of which `observer` is told; `infoOf` makes the info with which it is complete. */
export async function observed<T>(
  observer: ConnectObserver,
  step: ConnectStep,
  info: object,
  run: () => Promise<T>,
  infoOf: (result: T) => object = () => ({}),
): Promise<T> {
  const held = observer.started(step, info);
  if (held) await held;
  let result: T;
  try {
    result = await run();
  } catch (error) {
    await observer.failed(step, error);
    throw error;
  }
  await observer.complete(step, infoOf(result));
  return result;
}
