// What a failure of the network means for an exchange: the runtime's own error, put into ours.

import { ConnectError, HTTPCoreError, ReadError, RemoteProtocolError, WriteError } from "../errors.ts";

/** The connection could not be set up. */
export function connectFailure(host: string, port: number, cause: unknown): HTTPCoreError {
  if (cause instanceof HTTPCoreError) return cause;
  return new ConnectError(`could not connect to ${host}:${port}: ${messageOf(cause)}`, { cause });
}

/** The connection broke while somebody was writing to it, or reading from it, of which more can be said. */
export function breakage(doing: "writing" | `reading${string}`, cause: unknown): HTTPCoreError {
  const ErrorClass = doing === "writing" ? WriteError : ReadError;
  return new ErrorClass(`the connection broke while ${doing}: ${messageOf(cause)}`, { cause });
}

/** The server closed a connection that had just been opened. */
export function closedBeforeRequest(): RemoteProtocolError {
  const sentence = "the server closed the connection before the request was sent";
  return new RemoteProtocolError(sentence, { reason: "no-response" });
}

/** Did the peer go away without a word, as it may with a connection that has been idle? */
export function isDisconnect(error: unknown): boolean {
  if (error instanceof RemoteProtocolError) return error.reason === "no-response";
  return error instanceof ReadError || error instanceof WriteError;
}

function messageOf(cause: unknown): string {
  // node:net puts the failures of all addresses into one error without a message of its own.
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(messageOf).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}
