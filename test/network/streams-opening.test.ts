// streamsBackend: how pairs are opened, given up, and handed over.
//
// In: functions that give pairs, or do not, and aborts in each phase. Out: errors, and what becomes of the pairs.

import {
  ConnectError,
  type ConnectionPool,
  ReadError,
  ReadTimeout,
  type StreamPair,
  type StreamPairOptions,
  streamsBackend,
  UnsupportedByRuntime,
} from "httpcore";
import { describe, expect, test } from "vitest";
import { checkTLSOptions } from "../../src/tls-options.ts";
import { eventually, fails, openPool, pause, rejection, turn } from "../support/outcomes.ts";
import { asked, endOf, FarEnd, poolInMemory, URL, watchRejections } from "./streams-pairs.ts";

watchRejections();

describe("opening", () => {
  test("gets everything that was asked for", async () => {
    const seen: StreamPairOptions[] = [];
    const networkBackend = streamsBackend((options) => {
      seen.push(options);
      throw new Error("no");
    });
    const resolve = (): string[] => [];
    const ca = "-----BEGIN CERTIFICATE-----";
    const tls = { ca, verify: false, pinnedCertificates: [`AB:${"cd:".repeat(30)}ef`] };
    const pool = openPool({
      networkBackend,
      tls,
      socketOptions: { noDelay: false, keepAlive: 1000 },
      happyEyeballs: false,
      localAddress: "::1",
      resolve,
    });
    await rejection(pool.request("GET", "ws://[::1]:81/"));
    await rejection(pool.request("GET", "https://www.example.com/", { extensions: { sniHostname: "other.example" } }));
    const socket = { noDelay: false, keepAlive: 1000, happyEyeballs: false, localAddress: "::1", resolve };
    const nothing = {
      cert: null,
      key: null,
      passphrase: null,
      alpnProtocols: null,
      minVersion: null,
      maxVersion: null,
    };
    const pinnedCertificates = [`ab${"cd".repeat(30)}ef`];
    const checked = { ...nothing, ca: [ca], verify: false, pinnedCertificates, servername: "other.example" };
    expect(seen.map(({ signal, ...options }) => [signal instanceof AbortSignal, options])).toEqual([
      [true, { host: "::1", port: 81, tls: null, socket }],
      [true, { host: "www.example.com", port: 443, tls: checked, socket }],
    ]);
    // As it stands they are what `startTLS` of a network stream takes.
    expect(checkTLSOptions(checked)).toMatchObject(checked);
  });

  test("what it throws is the cause of a ConnectError; an error of the package stays what it is", async () => {
    const cause = new Error("no way");
    const refusal = new UnsupportedByRuntime("this tunnel has no TLS", { option: "tls", runtime: "streams" });
    const open = ({ tls }: StreamPairOptions): StreamPair => {
      throw tls ? refusal : cause;
    };
    const later = async (options: StreamPairOptions): Promise<StreamPair> => open(options);
    for (const given of [open, later]) {
      const pool = openPool({ networkBackend: streamsBackend(given) });
      const error = await fails(pool.request("GET", URL), ConnectError);
      expect(error.cause).toBe(cause);
      expect(await rejection(pool.request("GET", "https://www.example.com/"))).toBe(refusal);
      expect(pool.connections).toEqual([]);
    }
  });

  test("what is no pair is a TypeError, and so is one that is in use", async () => {
    const { pair } = new FarEnd("bytes");
    pair.readable.getReader();
    const wrong = [undefined, null, {}, { readable: pair.readable }, { readable: "a", writable: "b" }, pair];
    for (const given of wrong) {
      const pool = openPool({ networkBackend: streamsBackend(() => given as StreamPair) });
      const error = await fails(pool.request("GET", URL), ConnectError);
      expect(error.cause, String(given)).toBeInstanceOf(TypeError);
    }
    expect(() => streamsBackend(undefined as unknown as () => StreamPair)).toThrow(TypeError);
  });

  test("an abort rejects at once with its reason, and a pair that comes later is closed", async () => {
    const controller = new AbortController();
    const far = new FarEnd("bytes");
    let arrive = (_pair: StreamPair): void => {};
    let signalled: AbortSignal | null = null;
    const networkBackend = streamsBackend(({ signal }) => {
      signalled = signal;
      return new Promise((resolve) => {
        arrive = resolve;
      });
    });
    const pool = openPool({ networkBackend });
    const promise = pool.request("GET", URL, { signal: controller.signal });
    await turn();
    const reason = new Error("never mind");
    controller.abort(reason);
    expect(await rejection(promise)).toBe(reason);
    expect(pool.connections).toEqual([]);
    expect((signalled as AbortSignal | null)?.aborted).toBe(true);
    arrive(far.pair);
    await eventually(() => far.events.length === 2);
    expect([...far.events].sort()).toEqual(["aborted", "cancelled"]);
    expect(far.received).toBe("");
  });

  test("the contract of a backend: an aborted signal opens nothing, an abort rejects with its reason", async () => {
    let count = 0;
    let refuse = (_error: Error): void => {};
    const backend = streamsBackend(() => {
      count++;
      return new Promise((_resolve, reject) => {
        refuse = reject;
      });
    });
    const options = {
      host: "a",
      port: 1,
      tls: null,
      socket: { noDelay: true, keepAlive: null, happyEyeballs: true, localAddress: null, resolve: null },
    };
    const receiver = { received() {}, drained() {}, ended() {}, failed() {} };
    const connect = (signal: AbortSignal) =>
      backend.connectTcp({ ...options, window: new Uint8Array(9), signal }, receiver);
    const reason = new Error("never mind");
    expect(await rejection(connect(AbortSignal.abort(reason)))).toBe(reason);
    expect(count).toBe(0);
    const controller = new AbortController();
    const promise = connect(controller.signal);
    controller.abort(reason);
    expect(await rejection(promise)).toBe(reason);
    refuse(new Error("too late to matter"));
    expect(count).toBe(1);
  });
});

describe("an abort leaves nothing behind", () => {
  const phases = {
    "while content is sent": async (
      pool: ConnectionPool,
      signal: AbortSignal,
      ends: readonly FarEnd[],
      abort: () => void,
    ) => {
      const promise = pool.request("POST", URL, { content: new Uint8Array(500_000), signal });
      (await endOf(ends, 0)).hold();
      await pause(10);
      abort();
      return promise;
    },
    "while a head is awaited": async (
      pool: ConnectionPool,
      signal: AbortSignal,
      ends: readonly FarEnd[],
      abort: () => void,
    ) => {
      const promise = pool.request("GET", URL, { signal });
      await asked(ends, 0);
      abort();
      return promise;
    },
    "while content is read": async (
      pool: ConnectionPool,
      signal: AbortSignal,
      ends: readonly FarEnd[],
      abort: () => void,
    ) => {
      const promise = pool.request("GET", URL, { signal });
      (await asked(ends, 0)).send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      await turn();
      abort();
      return promise;
    },
  };
  test.each(Object.entries(phases))("%s", async (_name, run) => {
    const { pool, ends } = poolInMemory("bytes");
    const controller = new AbortController();
    const reason = new Error("never mind");
    expect(await rejection(run(pool, controller.signal, ends, () => controller.abort(reason)))).toBe(reason);
    expect(pool.connections).toEqual([]);
    expect(String(pool)).toContain("0 active, 0 queued");
    await eventually(() => ends[0]?.events.includes("cancelled") === true);
  });

  test("nor does closing the pool, or a time limit", async () => {
    const { pool, ends } = poolInMemory("chunks", { timeout: { read: 30 } });
    await fails(pool.request("GET", URL), ReadTimeout);
    const promise = pool.request("GET", URL);
    await asked(ends, 1);
    pool.close();
    await fails(promise, ReadError);
    await eventually(() => ends.every((far) => far.events.length === 2));
  });
});

describe("after an upgrade", () => {
  test("the pair is the caller's: octets both ways, a FIN, and no TLS", async () => {
    const { pool, ends } = poolInMemory("bytes");
    const promise = pool.stream("GET", URL, { headers: { Connection: "upgrade", Upgrade: "echo" } });
    const far = await endOf(ends, 0);
    await far.until("\r\n\r\n");
    far.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nfirst");
    const { networkStream } = (await promise).extensions;
    if (!networkStream) throw new Error("no network stream");
    expect(new TextDecoder().decode((await networkStream.read()) ?? undefined)).toBe("first");
    expect(networkStream.getExtraInfo("raw")).toBe(far.pair);
    expect(networkStream.getExtraInfo("tls")).toBeUndefined();
    await networkStream.write(new TextEncoder().encode("second"));
    await far.until("second");
    await networkStream.writable.getWriter().close();
    await eventually(() => far.events.includes("closed"));
    far.send("third");
    expect(new TextDecoder().decode((await networkStream.read()) ?? undefined)).toBe("third");
    far.end();
    expect(await networkStream.read()).toBeNull();
    await eventually(() => pool.connections.length === 0);
  });

  test("TLS on it is refused by name", async () => {
    const { pool, ends } = poolInMemory("chunks");
    const promise = pool.stream("CONNECT", URL, { extensions: { target: "www.example.com:443" } });
    const far = await endOf(ends, 0);
    await far.until("\r\n\r\n");
    far.send("HTTP/1.1 200 OK\r\n\r\n");
    const { networkStream } = (await promise).extensions;
    if (!networkStream) throw new Error("no network stream");
    expect((await fails(networkStream.startTLS(), UnsupportedByRuntime)).option).toBe("startTLS");
    await networkStream.close();
  });
});
