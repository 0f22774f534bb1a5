// What is used here of workerd's own module for TCP (https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/).

declare module "cloudflare:sockets" {
  export interface SocketAddress {
    readonly hostname: string;
    readonly port: number;
  }

  export interface SocketOptions {
    readonly secureTransport: "off" | "on" | "starttls";
    readonly allowHalfOpen: boolean;
  }

  export interface SocketInfo {
    /** `host:port`, IPv6 in brackets. */
    readonly remoteAddress?: string;
  }

  export interface Socket {
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable: WritableStream<Uint8Array>;
    readonly opened: Promise<SocketInfo>;
    readonly closed: Promise<void>;
    close(): Promise<void>;
    startTls(options: { readonly expectedServerHostname: string }): Socket;
  }

  export function connect(address: SocketAddress, options: SocketOptions): Socket;
}
