// A tunnel through an HTTP proxy: CONNECT, and its reply (RFC 9110 section 9.3.6).
//
// Any 2xx opens it; interim responses are passed over, as many as the limits allow. Anything else is a refusal, told with
// what the proxy says of it.

import { HTTPCoreError, ProxyError, ReadError, RemoteProtocolError } from "../errors.ts";
import { GrowingOctets } from "../growing-octets.ts";
import { escapeText } from "../octets.ts";
import { ClientConnection, type ClientConnectionOptions } from "../protocol/client-connection.ts";
import type { ReceiveEvent, ResponseEvent } from "../protocol/events.ts";
import { encodeRequest } from "../protocol/request-head.ts";
import type { Authority } from "../url.ts";
import { type ConnectObserver, observed } from "./connect-observer.ts";
import { TimeLimit } from "./deadlines.ts";
import type { Handshake } from "./handshake.ts";
import type { ProxySettings } from "./route.ts";
import { withHidden } from "./tracer.ts";

/** Octets of a refusal's content that are kept: a page that says why fits many times. */
const MAX_CONTENT = 65_536;

/** Milliseconds that the rest of a refusal is waited for: it has been heard, and must not turn into a timeout. */
const CONTENT_PATIENCE = 1000;

/** Opens a tunnel to `authority`. Rejects with ProxyError when the proxy refuses, RemoteProtocolError when it breaks HTTP. */
export async function openTunnel(
  handshake: Handshake,
  { host, effectivePort }: Authority,
  { lines }: ProxySettings,
  rules: Pick<ClientConnectionOptions, "leniency" | "limits">,
  observer: ConnectObserver,
): Promise<void> {
  // A zone is nobody's business but this machine's (RFC 6874 section 1).
  const target = `${host.includes(":") ? `[${host.replace(/%.*$/, "")}]` : host}:${effectivePort}`;
  const head = encodeRequest({ method: "CONNECT", target, lines: ["Host", target, ...lines] });
  const connection = new ClientConnection(rules);
  await observed(observer, "http11.send_request_headers", { method: "CONNECT", target }, async () => {
    connection.sendHead(head);
    connection.sendEnd();
    handshake.send(head.octets);
  });
  const receive = (): Promise<ResponseEvent> => finalHead(connection, handshake);
  const reply = await observed(observer, "http11.receive_response_headers", {}, receive, infoOf);
  if (!reply.isSwitch) throw await refused(connection, handshake, reply, target);
  handshake.checkEmpty(connection.trailingData);
}

function infoOf({ version, status, reason, headers }: ResponseEvent): object {
  return withHidden({ httpVersion: version, status, reasonPhrase: reason }, "headers", headers);
}

async function finalHead(connection: ClientConnection, handshake: Handshake): Promise<ResponseEvent> {
  while (true) {
    const event = await nextEvent(connection, handshake);
    if (event.type === "response") return event;
  }
}

async function nextEvent(connection: ClientConnection, handshake: Handshake): Promise<ReceiveEvent> {
  while (true) {
    const event = eventOf(connection, handshake);
    if (event.type !== "need-data") return event;
    connection.receive(await handshake.next());
  }
}

function eventOf(connection: ClientConnection, { proxyName }: Handshake): ReceiveEvent {
  try {
    return connection.nextEvent();
  } catch (cause) {
    if (!(cause instanceof RemoteProtocolError)) throw cause;
    const { message, reason, offset } = cause;
    throw new RemoteProtocolError(`the reply of the proxy ${proxyName} to CONNECT: ${message}`, {
      reason,
      offset,
      cause,
    });
  }
}

async function refused(
  connection: ClientConnection,
  handshake: Handshake,
  { status, reason, headers }: ResponseEvent,
  target: string,
): Promise<ProxyError> {
  const content = new GrowingOctets();
  let left = MAX_CONTENT;
  const limit = new TimeLimit(CONTENT_PATIENCE, () => handshake.abort(new ReadError("the reply is not complete")));
  try {
    while (left > 0) {
      const event = await nextEvent(connection, handshake);
      if (event.type !== "content") break;
      const octets = event.octets.subarray(0, left);
      left -= octets.length;
      content.add(octets, null);
    }
  } catch (error) {
    // What the proxy said of itself matters more than how it ended. An abort is none of its doing.
    if (!(error instanceof HTTPCoreError)) throw error;
  } finally {
    limit.lift();
  }
  const sentence = `the proxy ${handshake.proxyName} refused to connect to ${target}: ${status} ${escapeText(reason)}`;
  return new ProxyError(sentence.trimEnd(), { reply: { status, headers, content: content.take() } });
}
