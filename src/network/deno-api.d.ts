// What src/network/deno*.ts use of Deno's own API (https://docs.deno.com/api/deno/network), written down here so that
// nothing else of it can be used unseen. Ambient, and in none of the declarations that are shipped.

declare namespace Deno {
  interface NetAddr {
    readonly hostname: string;
    readonly port: number;
  }

  interface Conn {
    readonly localAddr: NetAddr;
    readonly remoteAddr: NetAddr;
    /** Null at the end. */
    read(octets: Uint8Array): Promise<number | null>;
    /** The number of octets taken, which may be fewer than given. */
    write(octets: Uint8Array): Promise<number>;
    /** Tells the peer that nothing is written any more. */
    closeWrite(): Promise<void>;
    /** Closes at once; a pending read is rejected. */
    close(): void;
    /** Pending reads no longer keep the process alive, nor do later ones. */
    unref(): void;
  }

  interface TcpConn extends Conn {
    setNoDelay(noDelay: boolean): void;
  }

  interface TlsConn extends Conn {
    handshake(): Promise<{ readonly alpnProtocol: string | null }>;
  }

  const permissions: {
    /** `granted` when nothing of the kind is held back. */
    querySync(of: { readonly name: "net" }): { readonly state: string };
  };

  /** Rejects with the reason of `signal` when that is aborted. */
  function connect(options: {
    readonly transport: "tcp";
    readonly hostname: string;
    readonly port: number;
    readonly autoSelectFamily: boolean;
    readonly autoSelectFamilyAttemptDelay: undefined;
    readonly signal: AbortSignal;
  }): Promise<TcpConn>;

  /** TLS as the client: takes the connection over, which must not be used any more. The handshake is yet to come. */
  function startTls(
    connection: TcpConn,
    options: {
      readonly hostname: string;
      readonly alpnProtocols: readonly string[];
      readonly caCerts: readonly string[];
      readonly unsafelyDisableHostnameVerification: boolean;
    },
  ): Promise<TlsConn>;
}
