// The steps by which a connection through a proxy is set up, as an observer is told of them: names, order, no secrets; and
// an observer that fails ends the attempt and leaves nothing open.

import { defaultBackend, Proxy, ProxyError } from "httpcore";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ConnectObserver } from "../../src/pool/connect-observer.ts";
import { dial } from "../../src/pool/dial.ts";
import { Relay } from "../../src/pool/relay.ts";
import { routeTo } from "../../src/pool/route.ts";
import { choiceOf } from "../../src/proxy.ts";
import { toParsedURL } from "../../src/url.ts";
import { certificateAuthority, leafFor } from "../support/certificates.ts";
import { rejection } from "../support/outcomes.ts";
import { socksing, tunnelling } from "../support/proxies.ts";
import { answering, type ScriptedServer, serve, serveTLS } from "../support/scripted-server.ts";

class Recorder implements ConnectObserver {
  readonly told: string[] = [];
  readonly infos: unknown[] = [];
  /** The event at which it throws. */
  failAt: string | null = null;

  async started(step: string, info: object) {
    this.#tell(`${step}.started`, info);
  }

  async complete(step: string, info: object) {
    this.#tell(`${step}.complete`, info);
  }

  async failed(step: string, error: unknown) {
    this.#tell(`${step}.failed`, { message: String(error) });
  }

  #tell(event: string, info: object): void {
    this.told.push(event);
    this.infos.push(info);
    if (event === this.failAt) throw new Error(`the observer failed at ${event}`);
  }
}

async function dialThrough(proxy: string, url: string, observer: ConnectObserver) {
  const { cert: ca } = await certificateAuthority();
  const { authority } = toParsedURL(url);
  const given = proxy.startsWith("https") ? new Proxy({ url: proxy, tls: { ca } }) : proxy;
  const route = routeTo(authority, null, choiceOf(given)?.choose(authority) ?? null);
  const socket = { noDelay: true, keepAlive: null, happyEyeballs: true };
  const settings = { backend: defaultBackend, socket, tls: { ca, verify: true }, leniency: [] };
  const nobody = { received() {}, drained() {}, ended() {}, failed() {} };
  const connection = await dial(route, settings, new Relay(nobody), new AbortController().signal, observer);
  onTestFinished(() => connection.close());
  return connection;
}

const CONNECT = ["http11.send_request_headers", "http11.receive_response_headers"];
const both = (...steps: string[]) => steps.flatMap((step) => [`${step}.started`, `${step}.complete`]);

interface Way {
  readonly scheme: "http" | "https" | "socks5";
  readonly target: "http" | "https" | "ws";
  readonly steps: readonly string[];
}

const WAYS: Way[] = [
  { scheme: "http", target: "http", steps: ["connection.connect_tcp"] },
  { scheme: "http", target: "ws", steps: ["connection.connect_tcp", ...CONNECT] },
  { scheme: "http", target: "https", steps: ["connection.connect_tcp", ...CONNECT, "proxy.start_tls"] },
  { scheme: "socks5", target: "http", steps: ["socks.connect_tcp", "socks.setup_socks5_connection"] },
  {
    scheme: "socks5",
    target: "https",
    steps: ["socks.connect_tcp", "socks.setup_socks5_connection", "socks.start_tls"],
  },
];

async function setUp({ scheme, target }: Way): Promise<{ proxy: string; server: ScriptedServer; url: string }> {
  const origin =
    target === "https" ? await serveTLS(await leafFor("localhost"), answering()) : await serve(answering());
  const server = await serve(scheme === "socks5" ? socksing({ account: "user:pa55word" }) : tunnelling());
  const proxy = `${scheme}://user:pa55word@127.0.0.1:${server.port}`;
  return { proxy, server, url: `${target}://localhost:${origin.port}/` };
}

describe.each(WAYS.map((way) => [`${way.target} through ${way.scheme}`, way] as const))("%s", (_what, way) => {
  test("the steps, one behind the other", async () => {
    const { proxy, url, server } = await setUp(way);
    const recorder = new Recorder();
    await dialThrough(proxy, url, recorder);
    expect(recorder.told).toEqual(both(...way.steps));
    expect(recorder.infos[0]).toEqual({ host: "127.0.0.1", port: server.port });
    const shown = JSON.stringify(recorder.infos);
    for (const secret of ["pa55word", Buffer.from("user:pa55word").toString("base64")]) {
      expect(shown).not.toContain(secret);
    }
  });

  test.each(both(...way.steps))("an observer that fails at %s", async (event) => {
    const { proxy, url, server } = await setUp(way);
    const recorder = new Recorder();
    recorder.failAt = event;
    const error = await rejection(dialThrough(proxy, url, recorder));
    expect(String(error)).toContain(`the observer failed at ${event}`);
    await Promise.all(server.peers.map(({ gone }) => gone));
    expect(server.peers.every(({ hasGone }) => hasGone)).toBe(true);
  });
});

test("a step that fails is told as that", async () => {
  const server = await serve(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
  const recorder = new Recorder();
  expect(await rejection(dialThrough(server.origin, "https://x.example/", recorder))).toBeInstanceOf(ProxyError);
  // The reply came; that it is a refusal is no failure to receive it.
  expect(recorder.told).toEqual(both("connection.connect_tcp", ...CONNECT));
  const silent = await serve((peer) => peer.end("garbage"));
  for (const [proxy, step] of [
    [silent.origin, "http11.receive_response_headers"],
    [`socks5://127.0.0.1:${silent.port}`, "socks.setup_socks5_connection"],
    ["socks5://127.0.0.1:1", "socks.connect_tcp"],
  ] as const) {
    const one = new Recorder();
    await rejection(dialThrough(proxy, "https://x.example/", one));
    expect(one.told.at(-1)).toBe(`${step}.failed`);
  }
});
