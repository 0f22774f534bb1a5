// The network of workerd: `cloudflare:sockets` (https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/).
//
// A socket belongs to the event that opened it. One BYOB reader reads it for life, as the default one reads 4 KiB at a
// time; its read is always pending, as nothing else tells that an idle peer has gone. Whatever ends a connection goes
// through a promise of its event, because another event may ask for it, and must not touch the socket.
//
// The runtime has no TLS options, no socket options and no way to stop connecting: the first are refused by name, and a
// socket that nobody waits for any more is closed when it opens.

import { connect, type Socket, type SocketInfo } from "cloudflare:sockets";
import { UnsupportedByRuntime } from "../errors.ts";
import { concat } from "../octets.ts";
import type {
  ConnectOptions,
  NetworkBackend,
  NetworkConnection,
  NetworkReceiver,
  TLSConnectOptions,
} from "./network.ts";

/** The most that the runtime hands over at once. */
const READ_SIZE = 65_536;

/** Up to here octets that have not been taken count as taken: the system has room for them anyway. */
const UNTAKEN_SIZE = 16_384;

/** Turns of the event loop until what has come has been handed over: two, as seen after long work, and one to spare. */
const TURNS = 3;

const RUNTIME = "workerd";

/** The network of a pool whose option `tls.servername` is `servername`. */
export function networkFor(servername: string | undefined): NetworkBackend {
  return {
    runtime: RUNTIME,

    async connectTcp(options: ConnectOptions, receiver: NetworkReceiver): Promise<NetworkConnection> {
      const { host, port, tls, signal } = options;
      signal.throwIfAborted();
      refuseSocketOptions(options.socket);
      if (tls) {
        refuseTLSOptions(tls);
        // The runtime takes one name for address, SNI and certificate.
        const isOther = tls.servername.toLowerCase() !== host.replace(/\.$/, "").toLowerCase();
        if (isOther) throw unsupported(tls.servername === servername ? "tls.servername" : "extensions.sniHostname");
      }
      const name = tls?.servername ?? host;
      const socket = connect(
        { hostname: name.includes(":") ? `[${name}]` : name, port },
        // A plain connection may become a tunnel, and TLS can only be started where it was announced.
        { secureTransport: tls ? "on" : "starttls", allowHalfOpen: true },
      );
      return open(socket, receiver, signal);
    },
  };
}

export const workerdBackend: NetworkBackend = networkFor(undefined);

/** Options of sockets, from a caller or checked. */
interface SocketWishes {
  readonly noDelay?: boolean | undefined;
  readonly keepAlive?: boolean | number | null | undefined;
  readonly happyEyeballs?: boolean | undefined;
}

/** @throws UnsupportedByRuntime for what sockets of workerd cannot be told */
export function refuseSocketOptions({ noDelay, keepAlive, happyEyeballs }: SocketWishes): void {
  if (noDelay === false) throw unsupported("socketOptions.noDelay");
  if (keepAlive !== undefined && keepAlive !== null) throw unsupported("socketOptions.keepAlive");
  if (happyEyeballs === false) throw unsupported("happyEyeballs");
}

/** @throws UnsupportedByRuntime for what TLS of workerd cannot be told */
export function refuseTLSOptions({
  ca,
  verify,
}: {
  readonly ca?: unknown;
  readonly verify?: boolean | undefined;
}): void {
  if (ca !== undefined && ca !== null) throw unsupported("tls.ca");
  if (verify === false) throw unsupported("tls.verify");
}

/** @throws UnsupportedByRuntime for an https proxy: there is no TLS within TLS */
export function refuseProxy(scheme: string): void {
  if (scheme === "https") throw unsupported("proxy");
}

/** The error for an option that workerd cannot honour. */
function unsupported(option: string): UnsupportedByRuntime {
  return new UnsupportedByRuntime(`'${option}' is not supported on workerd`, { option, runtime: RUNTIME });
}

async function open(socket: Socket, receiver: NetworkReceiver, signal: AbortSignal): Promise<NetworkConnection> {
  // Whatever becomes of the socket is told by its reads and writes; this promise has nobody else to look after it.
  socket.closed.catch(ignore);
  const { promise: aborted, reject: abort } = Promise.withResolvers<never>();
  const listener = (): void => abort(signal.reason);
  signal.addEventListener("abort", listener);
  try {
    const info = await Promise.race([socket.opened, aborted]);
    return new WorkerdConnection(socket, info, receiver);
  } catch (error) {
    // Connecting cannot be stopped. What nobody waits for any more is closed when it opens, or with its event.
    socket.opened.then(() => socket.close()).catch(ignore);
    throw error;
  } finally {
    signal.removeEventListener("abort", listener);
  }
}

function ignore(): void {}

/** What a read gives: octets, or none at the end. */
type ReadResult = ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;

class WorkerdConnection implements NetworkConnection {
  readonly #socket: Socket;
  readonly #info: SocketInfo;
  readonly #receiver: NetworkReceiver;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Closes the socket, in the event that it belongs to. */
  #shut: () => void = ignore;
  /** Octets that have been written and not been taken. */
  #untaken = 0;
  #isWaiting = false;
  #isReading = false;
  #isPaused = false;
  /** What goes on reading after a pause. */
  #goOn: () => void = ignore;
  /** Reads one piece at a time, when asked. */
  #isLent = false;
  #isOver = false;

  constructor(socket: Socket, info: SocketInfo, receiver: NetworkReceiver) {
    this.#socket = socket;
    this.#info = info;
    this.#receiver = receiver;
    this.#reader = socket.readable.getReader({ mode: "byob" });
    this.#writer = socket.writable.getWriter();
    new Promise<void>((resolve) => {
      this.#shut = resolve;
    })
      .then(() => socket.close())
      .catch(ignore);
    this.#read();
  }

  write(octets: Uint8Array): boolean {
    const size = octets.length;
    this.#untaken += size;
    this.#writer.write(octets).then(() => this.#taken(size), this.#writeFailed);
    this.#isWaiting = this.#untaken > UNTAKEN_SIZE;
    return !this.#isWaiting;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    return this.write(concat(pieces));
  }

  settle(callback: () => void): void {
    let turns = 0;
    const turn = (): void => {
      if (turns++ < TURNS) setTimeout(turn);
      else callback();
    };
    turn();
  }

  async startTLS(
    { servername, ...tls }: TLSConnectOptions,
    receiver: NetworkReceiver,
    signal: AbortSignal,
  ): Promise<NetworkConnection> {
    refuseTLSOptions(tls);
    // A read cannot be taken back.
    if (this.#isReading) throw unsupported("startTLS while a read is under way");
    this.#isOver = true;
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    return open(this.#socket.startTls({ expectedServerHostname: servername }), receiver, signal);
  }

  end(): void {
    this.#writer.close().catch(ignore);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  lend(): void {
    this.#isLent = true;
    this.#isPaused = true;
  }

  busy(): void {}

  idle(): void {}

  close(): void {
    this.#isOver = true;
    this.#shut();
    this.#goOn();
  }

  getExtraInfo(key: string): unknown {
    if (key === "raw") return this.#socket;
    return key === "serverAddress" ? addressOf(this.#info.remoteAddress) : undefined;
  }

  async #read(): Promise<void> {
    let view = new Uint8Array(READ_SIZE);
    try {
      while (!this.#isOver) {
        this.#isReading = true;
        const { done, value }: ReadResult = await this.#reader.read(view);
        this.#isReading = false;
        // Read before the pause, and not to be told before its end.
        if (this.#isPaused) await this.#resumed();
        if (this.#isOver) return;
        if (done) {
          this.#receiver.ended();
          return;
        }
        if (this.#isLent) this.#isPaused = true;
        this.#receiver.received(value, value.length);
        view = new Uint8Array(value.buffer);
        if (this.#isPaused) await this.#resumed();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }

  #taken(size: number): void {
    this.#untaken -= size;
    if (!this.#isWaiting || this.#untaken > 0 || this.#isOver) return;
    this.#isWaiting = false;
    this.#receiver.drained();
  }

  // A peer may answer and go away while we write (RFC 9112 section 9.5): what has come is read first.
  readonly #writeFailed = (error: unknown): void => {
    if (!this.#isOver) this.settle(() => this.#fail(error));
  };

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.close();
    this.#receiver.failed(error);
  }
}

// `host:port`, as facts are given.
function addressOf(text: string | undefined): object | undefined {
  const parts = /^\[?(.+?)\]?:(\d+)$/.exec(text ?? "");
  return parts ? { host: parts[1], port: Number(parts[2]) } : undefined;
}
