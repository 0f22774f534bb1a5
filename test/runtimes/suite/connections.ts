// TLS, failures to connect, and what goes beyond one request and one response: interim responses, upgrades, tunnels.

import { ConnectError, type ConnectionPoolOptions, streamsBackend } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { ClientConnection, encodeRequestHead, parseResponseHead } from "httpcore/protocol";
import { cases, equal, holds, latin1, recorded, rejects } from "./harness.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const connectCases = cases("connect", {
  refused: async ({ open, refused }) => {
    const error = await rejects(open().request("GET", refused), "ConnectError");
    holds(error instanceof ConnectError && error.cause instanceof Error, "a cause");
    equal([error.code, error.phase, error.origin], ["ERR_CONNECT_ERROR", "connect", refused]);
  },
  "a name that does not exist": async ({ open }) => {
    await rejects(open({ timeout: { connect: 8000 } }).request("GET", "http://nobody.invalid/"), "ConnectError");
  },
  "several at once, some of them refused": async ({ open, plain, refused }) => {
    const pool = open({ maxConnections: 3 });
    const calls = [plain, refused, plain, refused, plain].map((origin) => pool.request("GET", `${origin}/hello`));
    const statuses = (await Promise.allSettled(calls)).map(({ status }) => status);
    equal(statuses, ["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
  },
});

export const tlsCases = cases("TLS", {
  "a request and its octets": async ({ openSecure, secure }) => {
    const octets = await recorded(openSecure().request("PUT", `${secure}/octets`, { content: "over TLS" }));
    return octets.replaceAll(new URL(secure).host, "HOST");
  },
  "a connection is used again": async ({ openSecure, secure }) => {
    const pool = openSecure();
    const answers: string[] = [];
    for (let i = 0; i < 3; i++) answers.push(latin1((await pool.request("GET", `${secure}/count`)).content));
    equal(new Set(answers.map((answer) => answer.split(".")[0])).size, 1);
  },
  "much, both ways": async ({ openSecure, secure }) => {
    const pool = openSecure();
    equal((await pool.request("GET", `${secure}/large`)).content.length, 8 * 1024 * 1024);
    const content = new Uint8Array(3_000_000).map((_, i) => (i * 5) & 0xff);
    return await (await pool.request("POST", `${secure}/sink`, { content })).text();
  },
  "a certificate that nobody trusts": async ({ open, untrusted }) => {
    const error = await rejects(open().request("GET", untrusted), "ConnectError");
    holds(error.cause instanceof Error, "a cause");
  },
  "a certificate for another name": async ({ openSecure, wrongName }) => {
    const error = await rejects(openSecure().request("GET", wrongName), "ConnectError");
    holds(error.cause instanceof Error, "a cause");
  },
  "a peer that speaks no TLS": async ({ open, plain }) => {
    await rejects(
      open({ timeout: { connect: 5000 } }).request("GET", plain.replace("http:", "https:")),
      "ConnectError",
    );
  },
  "any certificate, where that is asked for": async ({ open, untrusted, wrongName, runtime }) => {
    if (runtime === "workerd") return;
    const pool = open({ tls: { verify: false } });
    for (const origin of [untrusted, wrongName]) equal((await pool.request("GET", `${origin}/hello`)).status, 200);
  },
  "another name than the URL's": async ({ openSecure, open, secure, ca, runtime }) => {
    if (runtime === "workerd") return;
    const byAddress = secure.replace("localhost", "127.0.0.1");
    await rejects(openSecure().request("GET", byAddress), "ConnectError");
    const pool = open({ tls: { ca, servername: "localhost" } });
    equal((await pool.request("GET", `${byAddress}/hello`)).status, 200);
    const extensions = { sniHostname: "localhost" };
    equal((await openSecure().request("GET", `${byAddress}/hello`, { extensions })).status, 200);
  },
});

/** What passes for a certificate until somebody reads it. */
const CERTIFICATE = "-----BEGIN CERTIFICATE-----";

/** Options that workerd cannot honour. */
const NOT_ON_WORKERD: [option: string, options: ConnectionPoolOptions][] = [
  ["tls.ca", { tls: { ca: CERTIFICATE } }],
  ["tls.verify", { tls: { verify: false } }],
  ["tls.servername", { tls: { servername: "other.example" } }],
  ["socketOptions", { socketOptions: { noDelay: false } }],
  ["happyEyeballs", { happyEyeballs: false }],
];

export const unsupportedCases = cases("not supported", {
  "what the runtime cannot do is refused by name": async ({ open, secure, runtime }) => {
    if (runtime !== "workerd") {
      for (const [, options] of NOT_ON_WORKERD.slice(1)) open(options);
      return;
    }
    for (const [option, options] of NOT_ON_WORKERD) {
      const ask = async (): Promise<unknown> => open(options).request("GET", secure);
      const error = await rejects(ask(), "UnsupportedByRuntime");
      equal([String(error.option).startsWith(option), error.runtime], [true, "workerd"], option);
    }
    const extensions = { sniHostname: "other.example" };
    const error = await rejects(open().request("GET", secure, { extensions }), "UnsupportedByRuntime");
    equal(error.runtime, "workerd");
  },
});

export const exchangeCases = cases("exchange", {
  "interim responses are told": async ({ open, plain }) => {
    const seen: string[] = [];
    const informational = ({
      status,
      reasonPhrase,
      headers,
    }: {
      status: number;
      reasonPhrase: string;
      headers: unknown;
    }): void => {
      seen.push(`${status} ${reasonPhrase} ${JSON.stringify(headers)}`);
    };
    const response = await open().request("GET", `${plain}/early`, { extensions: { informational } });
    equal([response.headers.get("link"), latin1(response.content)], ["</b>", "late"]);
    equal(seen, ['103 Early Hints [["Link","</a>"]]', "102 Processing []"]);
  },
  "Expect: 100-continue waits": async ({ open, plain }) => {
    const options = { headers: { Expect: "100-continue" }, content: "after all" };
    const octets = await recorded(open().request("PUT", `${plain}/continue`, options));
    return octets.replaceAll(new URL(plain).host, "HOST");
  },
  "Expect: 100-continue, refused": async ({ open, plain }) => {
    const options = { headers: { Expect: "100-continue" }, content: "never sent" };
    const response = await open().request("PUT", `${plain}/unexpected`, options);
    equal(response.status, 417);
    holds(!latin1(response.content).includes("never sent"), latin1(response.content));
  },
  "Expect: 100-continue, unanswered": async ({ open, plain }) => {
    const options = {
      headers: { Expect: "100-continue" },
      content: "anyway",
      extensions: { timeout: { continue: 20 } },
    };
    holds((await recorded(open().request("PUT", `${plain}/octets`, options))).endsWith("anyway"), "content is sent");
  },
  "an upgrade, and octets behind its head": async ({ open, plain }) => {
    const headers = { Connection: "upgrade", Upgrade: "shout" };
    const response = await open().stream("GET", `${plain}/upgrade`, { headers });
    equal(response.status, 101);
    const { networkStream } = response.extensions;
    holds(networkStream, "a network stream");
    let text = "";
    await networkStream.write(bytes("hello"));
    while (!text.includes("HELLO")) text += latin1((await networkStream.read()) ?? bytes("(end)"));
    equal(text, "FIRST HELLO");
    await networkStream.close();
  },
  "an upgrade as web streams": async ({ open, plain }) => {
    const headers = { Connection: "upgrade", Upgrade: "shout" };
    const response = await open().stream("GET", `${plain}/upgrade`, { headers });
    const { networkStream } = response.extensions;
    holds(networkStream, "a network stream");
    const writer = networkStream.writable.getWriter();
    await writer.write(bytes("streams"));
    const reader = networkStream.readable.getReader();
    let text = "";
    while (!text.includes("STREAMS")) text += latin1((await reader.read()).value ?? bytes("(end)"));
    equal(text, "FIRST STREAMS");
    await response.close();
  },
  "CONNECT, and HTTP in the tunnel": async ({ open, plain }) => {
    const target = new URL(plain).host;
    const response = await open().stream("CONNECT", plain, { extensions: { target } });
    const { networkStream } = response.extensions;
    holds(networkStream, "a network stream");
    await networkStream.write(encodeRequestHead("GET", "/hello", { Host: "inside" }));
    let text = "";
    while (!text.endsWith("hello")) text += latin1((await networkStream.read()) ?? bytes("(end)"));
    equal(text, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    await networkStream.close();
  },
  "CONNECT, and TLS in the tunnel": async ({ open, plain, secure, ca, runtime }) => {
    const target = new URL(secure).host;
    const response = await open().stream("CONNECT", plain, { extensions: { target } });
    const { networkStream } = response.extensions;
    holds(networkStream, "a network stream");
    const tls = await networkStream.startTLS(runtime === "workerd" ? {} : { ca });
    await tls.write(encodeRequestHead("GET", "/hello", { Host: "inside" }));
    let text = "";
    while (!text.endsWith("hello")) text += latin1((await tls.read()) ?? bytes("(end)"));
    equal(text, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    await tls.close();
  },
});

export const belowCases = cases("below the facade", {
  "httpcore/mock": async ({ open }) => {
    const backend = new MockBackend(["HTTP/1.1 200 OK\r\n", "Content-Length: 4\r\n\r\nmock"]);
    const response = await open({ networkBackend: backend }).request("GET", "http://a/", { headers: { X: "1" } });
    equal(latin1(response.content), "mock");
    return latin1(backend.written[0] ?? new Uint8Array());
  },
  streamsBackend: async ({ open }) => {
    let written = "";
    const requests = new TransformStream<Uint8Array, Uint8Array>();
    const responses = new TransformStream<Uint8Array, Uint8Array>();
    const backend = streamsBackend(() => ({ readable: responses.readable, writable: requests.writable }));
    const answering = (async () => {
      const reader = requests.readable.getReader();
      while (!written.endsWith("\r\n\r\n")) written += latin1((await reader.read()).value ?? bytes("(end)"));
      await responses.writable.getWriter().write(bytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntunnel"));
    })();
    const response = await open({ networkBackend: backend }).request("GET", "http://a/", { headers: { X: "1" } });
    await answering;
    equal(latin1(response.content), "tunnel");
    return written;
  },
  "httpcore/protocol": async () => {
    const connection = new ClientConnection();
    const head = connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
    connection.send({ type: "end" });
    connection.receive(bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const events: string[] = [];
    for (let event = connection.nextEvent(); ; event = connection.nextEvent()) {
      events.push(event.type);
      if (event.type === "need-data" || event.type === "paused") break;
    }
    equal(events, ["response", "content", "end", "paused"]);
    return latin1(head);
  },
  parseResponseHead: async () => {
    const head = parseResponseHead(bytes("HTTP/1.1 404 Nope\r\nX: 1\r\nTransfer-Encoding: chunked\r\n\r\nrest"));
    holds(head !== "incomplete", "complete");
    return `${head.status} ${head.reason} ${head.framing} ${head.size} ${JSON.stringify(head.headers)}`;
  },
});
