// What the package needs of a network: octets out, octets in, and nothing of HTTP. Each runtime has one file that
// fulfils this contract; a caller may write another (docs/network-backend.md shows one in under 60 lines).
//
// Octets are pushed: a connection reads all the time and hands each read to its receiver synchronously, so that one
// window serves all connections, and an idle connection tells by itself that the peer has closed it or spoken unasked.

/** A way to open connections. */
export interface NetworkBackend {
  /** The name in error messages: `node`, `deno`, `bun`, `workerd`, `mock` ... */
  readonly runtime: string;

  /**
   * Opens a TCP connection, with TLS on it when `options.tls` is given; resolves when octets can be written.
   * Rejects with the runtime's own error, or with `options.signal.reason` after an abort; nothing stays open then.
   */
  connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection>;

  /** The same to a Unix socket. Missing where there are none. */
  connectUnix?(options: UnixConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection>;

  /**
   * Asked when a pool is made: throws what is wrong with these options that only the runtime can tell, or that it cannot
   * honour. Where it is missing, connecting tells.
   */
  check?(tls: Omit<TLSConnectOptions, "servername">, socket: SocketOptions): void;
}

/** What every connection is opened with. */
export interface OpenOptions {
  readonly tls: TLSConnectOptions | null;
  /** A buffer that reads may be put into, shared by all connections; a backend may use buffers of its own instead. */
  readonly window: Uint8Array;
  readonly signal: AbortSignal;
  /** To be called when the connection stands and TLS begins on it; who measures wants to know. */
  readonly connected?: (() => void) | undefined;
}

export interface ConnectOptions extends OpenOptions {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly socket: SocketOptions;
}

export interface UnixConnectOptions extends OpenOptions {
  readonly path: string;
}

export type TLSVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** TLS options of a connection; the caller's, with the name to verify filled in. Null leaves it to the runtime. */
export interface TLSConnectOptions {
  /** The name that goes into SNI and that the certificate must be for; an IP address is verified but not sent. */
  readonly servername: string;
  /** Certificates to trust in place of the runtime's own: PEM, each of them one or several. */
  readonly ca: readonly string[] | null;
  /** False: any certificate will do. */
  readonly verify: boolean;
  /** The client's certificates, each a chain in PEM, and as many keys; both or none. */
  readonly cert: readonly string[] | null;
  readonly key: readonly string[] | null;
  /** What the keys are encrypted with. */
  readonly passphrase: string | null;
  /** What ALPN offers; null for `http/1.1`. A choice of the server's that is not HTTP/1.x ends the attempt. */
  readonly alpnProtocols: readonly string[] | null;
  readonly minVersion: TLSVersion | null;
  readonly maxVersion: TLSVersion | null;
  /** The SHA-256 of certificates that the peer may have: 64 hexadecimal digits in lower case. */
  readonly pinnedCertificates: readonly string[] | null;
  /** For the backend to keep sessions in that may be taken up again: each set of options of a caller's has its own. */
  readonly sessions: Map<string, unknown>;
}

/** Options of TCP sockets. */
export interface SocketOptions {
  /** Small writes go out at once (TCP_NODELAY). */
  readonly noDelay: boolean;
  /** Milliseconds of silence before TCP keep-alive probes; null for none. */
  readonly keepAlive: number | null;
  /** Race the addresses of a name (RFC 8305) instead of trying one after the other. */
  readonly happyEyeballs: boolean;
  /** The IP address of this machine that connections come from; only addresses of its family are tried. */
  readonly localAddress: string | null;
  /** The IP addresses of a name, in place of the system's look-up; not asked about IP addresses. */
  readonly resolve: ((host: string) => Promise<readonly string[]> | readonly string[]) | null;
}

/** An open connection. */
export interface NetworkConnection {
  /**
   * Sends octets; they must not change before they have been taken, and are not to be changed here, as requests that
   * are alike share them. True when all of them, and all before, have been taken by the operating system; else
   * `receiver.drained` is called when they have.
   */
  write(octets: Uint8Array): boolean;
  /** As `write` for several pieces, as few segments as possible. */
  writeAll(pieces: readonly Uint8Array[]): boolean;
  /**
   * Calls back when everything that has come by now has been handed to the receiver. Where it is missing, idle
   * connections are used as they are.
   */
  settle?(callback: () => void): void;
  /**
   * TLS on this connection, as its client. From the call on, this object is not used any more: the connection that
   * it resolves with is, and `receiver` is told what that one reads. Rejects as `connectTcp` does.
   */
  startTLS?(options: TLSConnectOptions, receiver: NetworkReceiver, signal: AbortSignal): Promise<NetworkConnection>;
  /** Tells the peer (FIN) that nothing is written any more, behind what has been written. Reading goes on. */
  end?(): void;
  /**
   * HTTP is over here, and the connection may become TLS: from now on no more is read than `resume` asks for each time.
   * Missing where TLS can be started while a read is pending.
   */
  lend?(): void;
  /** Stops and restarts reading. */
  pause(): void;
  resume(): void;
  /** An exchange waits for octets: the connection keeps the process alive. */
  busy(): void;
  /** Nobody waits for octets: the process may end, and what comes now was not asked for. New connections are idle. */
  idle(): void;
  /** Closes at once, idempotent. The receiver is not called any more. */
  close(): void;
  /** A fact: `clientAddress`, `serverAddress`, `tls`, `raw` ...; undefined when it is not known. */
  getExtraInfo(key: string): unknown;
}

/** Who takes what a connection reads. None of its methods throws. */
export interface NetworkReceiver {
  /** The first `size` octets of `octets` came. They are used up or copied before this returns. */
  received(octets: Uint8Array, size: number): void;
  /** All octets written have been taken. */
  drained(): void;
  /** The peer has closed its side. */
  ended(): void;
  /** The connection broke; `error` is the runtime's own. */
  failed(error: unknown): void;
}
