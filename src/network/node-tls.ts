// TLS of Node: what node:tls is told, what is asked of a handshake that is done, and sessions.
//
// In: the options of the contract. Out: a socket in its handshake, a verdict on the peer, facts. It knows nothing of how
// the connection underneath came to be. Deno and Bun take it as it is. node:tls and node:crypto are loaded when they are
// first needed, as they cost more to load than everything else together.

import type { X509Certificate } from "node:crypto";
import process from "node:process";
import type tls from "node:tls";
import { UnsupportedByRuntime } from "../errors.ts";
import { familyOf } from "../ip-address.ts";
import type { TLSConnectOptions } from "./network.ts";

/** The protocol offered by ALPN unless others are asked for: the only one spoken here. */
export const ALPN_PROTOCOLS: readonly string[] = ["http/1.1"];

/** Sessions that a pool keeps; the one that was stored first goes first. Each is some kilobytes. */
const MAX_SESSIONS = 100;

/** A session that can be taken up again, with the certificate of the handshake that it comes from. */
interface Session {
  readonly ticket: Uint8Array;
  readonly certificate: Uint8Array | undefined;
}

/** The certificates of peers that have not sent one, as a session was taken up again: Node does not tell them then. */
const remembered = new WeakMap<tls.TLSSocket, Uint8Array | undefined>();

/** A socket in its handshake. */
export interface Handshake {
  readonly socket: tls.TLSSocket;
  /** To be called when it is done: throws what speaks against the peer. */
  judge(): void;
}

/**
 * Begins TLS on `target.socket`, or on a connection that is made to where `target` leads. `key` is what sessions are kept
 * under beside the name; null to keep none.
 */
export function beginTLS(target: tls.ConnectionOptions, options: TLSConnectOptions, key: string | null): Handshake {
  const { connect, checkServerIdentity } = process.getBuiltinModule("node:tls");
  const { servername, pinnedCertificates, sessions } = options;
  // A network stream has no pool that has had them checked.
  if (key === null) checkCertificates(options);
  const place = `${key} ${servername}`;
  const session = key === null ? undefined : (sessions.get(place) as Session | undefined);
  let isJudged = false;
  const socket = connect({
    ...target,
    ...asGiven(options),
    session: session?.ticket as Buffer | undefined,
    // RFC 6066 section 3: no IP address in SNI. The certificate is checked against it all the same.
    servername: familyOf(servername) === null ? servername : "",
    // RFC 9110 section 4.3.4: never by the common name, which node:tls takes where there is no other.
    checkServerIdentity: (_host, certificate) =>
      checkServerIdentity(servername, { ...certificate, subject: { ...certificate.subject, CN: "" } }),
  });
  if (session) remembered.set(socket, session.certificate);
  // Only sessions of a peer that has been judged are kept, under the name and the options that it was judged by. Node
  // checks no name when one is taken up again: it is the same peer's, or the server begins anew.
  if (key !== null) {
    socket.on("session", (ticket: Uint8Array) => {
      if (isJudged) keep(sessions, place, { ticket, certificate: certificateOf(socket) });
    });
    // A handshake that fails may do so for the session's sake; an address that cannot be reached says nothing of it.
    socket.once("connect", () => {
      socket.once("error", () => {
        if (!isJudged) sessions.delete(place);
      });
    });
  }
  return {
    socket,
    judge() {
      try {
        checkALPN(socket.alpnProtocol || null);
        if (pinnedCertificates !== null) checkPins(certificateOf(socket), pinnedCertificates);
        isJudged = true;
      } finally {
        if (!isJudged) sessions.delete(place);
      }
    },
  };
}

function asGiven({ ca, cert, key, passphrase, ...options }: TLSConnectOptions): tls.ConnectionOptions {
  return {
    ca: ca === null ? undefined : [...ca],
    cert: cert === null ? undefined : [...cert],
    key: key === null ? undefined : [...key],
    passphrase: passphrase ?? undefined,
    minVersion: options.minVersion ?? undefined,
    maxVersion: options.maxVersion ?? undefined,
    ALPNProtocols: [...(options.alpnProtocols ?? ALPN_PROTOCOLS)],
    rejectUnauthorized: options.verify,
  };
}

function keep(sessions: Map<string, unknown>, place: string, session: Session): void {
  sessions.delete(place);
  sessions.set(place, session);
  const [oldest] = sessions.keys();
  if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
}

/** @throws Error when the protocol that the server chose by ALPN is none that is spoken here */
export function checkALPN(protocol: string | null): void {
  if (protocol === null || /^http\/1\.\d$/.test(protocol)) return;
  throw new Error(`the server chose the protocol '${protocol}' by ALPN, which is no HTTP/1.x`);
}

function checkPins(certificate: Uint8Array | undefined, pins: readonly string[]): void {
  if (certificate === undefined) throw new Error("the peer has no certificate, and some are pinned");
  const { createHash } = process.getBuiltinModule("node:crypto");
  const digest = createHash("sha256").update(certificate).digest("hex");
  if (!pins.includes(digest)) throw new Error(`the certificate with the SHA-256 ${digest} is not pinned`);
}

function certificateOf(socket: tls.TLSSocket): Uint8Array | undefined {
  return socket.getPeerCertificate().raw ?? remembered.get(socket);
}

/**
 * What only the runtime can tell of certificates and keys.
 * @throws TypeError when one cannot be read, or they do not belong together
 */
export function checkCertificates({ ca, cert, key, passphrase }: Omit<TLSConnectOptions, "servername">): void {
  if (ca === null && cert === null) return;
  const { X509Certificate, createPrivateKey } = process.getBuiltinModule("node:crypto");
  const certificates = (what: string, pem: string): X509Certificate[] =>
    blocksOf(pem, "CERTIFICATE").map((block) => read(what, () => new X509Certificate(block)));
  for (const pem of ca ?? []) certificates("tls.ca", pem);
  if (cert === null || key === null) return;
  const chains = cert.map((pem) => certificates("tls.cert", pem));
  const hint = passphrase === null ? "tls.key (there is no tls.passphrase)" : "tls.key, or tls.passphrase,";
  const keys = key.map((pem) =>
    read(hint, () => createPrivateKey({ key: blocksOf(pem, "PRIVATE KEY").join(), passphrase: passphrase ?? "" })),
  );
  chains.forEach(([leaf], index) => {
    if (leaf && keys[index] && !leaf.checkPrivateKey(keys[index])) {
      throw new TypeError("tls.key is not the key of the first certificate in tls.cert");
    }
  });
}

/** What stands between lines of a label that ends so; a text without is one that cannot be read. */
function blocksOf(pem: string, label: string): readonly string[] {
  return pem.match(new RegExp(`-----BEGIN ((?:[A-Z0-9]+ )*${label})-----[^]*?-----END \\1-----`, "g")) ?? [""];
}

function read<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new TypeError(`${what} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** @throws UnsupportedByRuntime for versions of TLS that a runtime, which speaks 1.2 and 1.3 alone, does not speak */
export function refuseOldTLS({ maxVersion }: Omit<TLSConnectOptions, "servername">, runtime: string): void {
  if (maxVersion === null || maxVersion >= "TLSv1.2") return;
  const message = `'tls.maxVersion' below TLSv1.2 is not supported on ${runtime}`;
  throw new UnsupportedByRuntime(message, { option: "tls.maxVersion", runtime });
}

/** What `getExtraInfo` tells of TLS. */
export function tlsFacts(socket: tls.TLSSocket): object | undefined {
  // Nothing is known any more once the socket is closed.
  const cipher = socket.getCipher() as tls.CipherNameAndProtocol | null | undefined;
  if (!cipher) return undefined;
  return {
    protocol: socket.getProtocol(),
    cipher: cipher.standardName,
    alpn: socket.alpnProtocol || null,
    peerCertificate: certificateOf(socket),
  };
}
