// SOCKS5 (RFC 1928) with user and password (RFC 1929): the handshake that has a proxy connect to an origin.
//
// One method is offered, the one that is wanted. Names are sent as names, so that the proxy looks them up; addresses as
// addresses. Replies are taken octet by octet as they are due, in however many pieces they come.

import { LocalProtocolError, ProxyError, RemoteProtocolError } from "../errors.ts";
import { addressOctets } from "../ip-address.ts";
import { concat } from "../octets.ts";
import type { Authority } from "../url.ts";
import type { Handshake } from "./handshake.ts";
import type { Credentials } from "./route.ts";

const VERSION = 5;
const CONNECT = 1;
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
/** The version of the sub-negotiation of RFC 1929, and its only good answer. */
const PASSWORD_VERSION = 1;
const SUCCEEDED = 0;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
/** What the length of a name can say. */
const MAX_NAME = 255;

/** RFC 1928 section 6: what a reply other than 0 means. */
const REPLIES: Readonly<Record<number, string>> = {
  1: "general SOCKS server failure",
  2: "connection not allowed by ruleset",
  3: "Network unreachable",
  4: "Host unreachable",
  5: "Connection refused",
  6: "TTL expired",
  7: "Command not supported",
  8: "Address type not supported",
};

/** The octets that ask for a connection. @throws LocalProtocolError when the name is too long for that */
export function socksRequest({ host, effectivePort: port }: Authority): Uint8Array {
  const address = addressOctets(host);
  if (address) return requestFor(address.length === 4 ? IPV4 : IPV6, address, port);
  if (host.length > MAX_NAME) {
    const sentence = `SOCKS5 has no room for a name of ${host.length} octets (at most ${MAX_NAME})`;
    throw new LocalProtocolError(sentence, { reason: "invalid-url" });
  }
  return requestFor(NAME, withLength(new TextEncoder().encode(host)), port);
}

function requestFor(kind: number, address: Uint8Array, port: number): Uint8Array {
  return Uint8Array.of(VERSION, CONNECT, 0, kind, ...address, port >> 8, port & 0xff);
}

/**
 * Has the proxy connect to what `request` asks for; `place` is that in messages. Rejects with ProxyError when it refuses,
 * RemoteProtocolError when it speaks no SOCKS5.
 */
export async function openSocks(
  handshake: Handshake,
  request: Uint8Array,
  place: string,
  credentials: Credentials | null,
): Promise<void> {
  const { proxyName } = handshake;
  await agreeOnMethod(handshake, credentials ? USER_AND_PASSWORD : NO_AUTHENTICATION);
  if (credentials) await authenticate(handshake, credentials);
  handshake.send(request);
  const [version = 0, reply = 0] = await handshake.take(2);
  checkVersion(handshake, version, VERSION);
  if (reply !== SUCCEEDED) {
    const meaning = REPLIES[reply] ?? "which RFC 1928 does not know";
    throw new ProxyError(`the proxy ${proxyName} did not connect to ${place}: reply ${reply}, ${meaning}`);
  }
  const [, kind = 0, first = 0] = await handshake.take(3);
  // The address from which the proxy connects is of no use here. Its first octet is taken; a name has its length there.
  const rest = { [IPV4]: 3, [IPV6]: 15, [NAME]: first }[kind];
  if (rest === undefined) throw invalidReply(handshake, `an address of the unknown type ${kind}`);
  await handshake.take(rest + 2);
}

async function agreeOnMethod(handshake: Handshake, method: number): Promise<void> {
  handshake.send(Uint8Array.of(VERSION, 1, method));
  const [version = 0, chosen = 0] = await handshake.take(2);
  checkVersion(handshake, version, VERSION);
  if (chosen === method) return;
  const offered = method === USER_AND_PASSWORD ? "user and password" : "no authentication";
  throw new ProxyError(`the proxy ${handshake.proxyName} does not accept ${offered}: it chose method ${chosen}`);
}

async function authenticate(handshake: Handshake, { user, password }: Credentials): Promise<void> {
  handshake.send(concat([Uint8Array.of(PASSWORD_VERSION), withLength(user), withLength(password)]));
  const [version = 0, status = 0] = await handshake.take(2);
  checkVersion(handshake, version, PASSWORD_VERSION);
  if (status === SUCCEEDED) return;
  throw new ProxyError(`the proxy ${handshake.proxyName} refused user and password: status ${status}`);
}

function withLength(octets: Uint8Array): Uint8Array {
  return Uint8Array.of(octets.length, ...octets);
}

function checkVersion(handshake: Handshake, version: number, expected: number): void {
  if (version !== expected) throw invalidReply(handshake, `version ${version} in place of ${expected}`);
}

function invalidReply({ proxyName }: Handshake, what: string): RemoteProtocolError {
  const sentence = `the proxy ${proxyName} speaks no SOCKS5: it answered with ${what}`;
  return new RemoteProtocolError(sentence, { reason: "invalid-proxy-reply" });
}
