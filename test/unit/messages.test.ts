// What the protocol's errors say: what went wrong, with what, and where. The words may change, the facts must be there.

import { ChunkDecoder, ClientConnection, encodeRequestHead, parseResponseHead } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets } from "../octets.ts";

/** A connection that has sent a GET, or what `method` and `headers` make of it, and got `response`. */
function answered(response: string, headers: Record<string, string> = {}, method = "GET"): ClientConnection {
  const connection = new ClientConnection();
  connection.send({ type: "request", method, target: "/", headers: { Host: "a", ...headers } });
  if (!("Content-Length" in headers)) connection.send({ type: "end" });
  connection.receive(octets(response));
  return connection;
}

function readAll(connection: ClientConnection): void {
  while (!["need-data", "paused", "closed"].includes(connection.nextEvent().type));
}

function afterClose(response: string): () => void {
  const connection = answered(response);
  connection.receive(null);
  return () => readAll(connection);
}

const OK = "HTTP/1.1 200 OK\r\n";

describe("the peer's faults", () => {
  test.each([
    ["no response", afterClose(""), /server closed .*without .*response/],
    ["a head that is cut", afterClose("HTTP/1.1 2"), /server closed .*within .*head, after 10 octets/],
    [
      "content that is cut",
      afterClose(`${OK}Content-Length: 9\r\n\r\nabc`),
      /closed .*after 3 octets.*, 6 octets short/,
    ],
    [
      "chunks that are cut",
      afterClose(`${OK}Transfer-Encoding: chunked\r\n\r\n9\r\nabc`),
      /after 3 octets.*before its last chunk/,
    ],
    [
      "an unasked-for switch",
      () => readAll(answered("HTTP/1.1 101 X\r\nUpgrade: b, c\r\n\r\n")),
      /101 came.*"b,c".*not offered/,
    ],
    [
      "another switch than offered",
      () => readAll(answered("HTTP/1.1 101 X\r\nUpgrade: b, c\r\n\r\n", { Connection: "upgrade", Upgrade: "b" })),
      /101 came.*"c".*not offered/,
    ],
    [
      "an early switch",
      () =>
        readAll(
          answered("HTTP/1.1 101 X\r\nUpgrade: b\r\n\r\n", {
            Connection: "upgrade",
            Upgrade: "b",
            "Content-Length": "1",
          }),
        ),
      /101 came before the request/,
    ],
    [
      "a malformed head",
      () => readAll(answered("HTTP/1.1 200 OK\r\nA(b: c\r\n\r\n")),
      /malformed response head: invalid header name: .*token.*, at octet 18 near .*A\(b: c/,
    ],
    [
      "a malformed version",
      () => readAll(answered("HTTQ/1.1 200 OK\r\n\r\n")),
      /malformed response head: invalid version, at octet 3 near "HTTQ/,
    ],
    [
      "a malformed value",
      () => readAll(answered(`${OK}A: \0\r\n\r\n`)),
      /invalid header value: .*control.*, at octet 20/,
    ],
    [
      "a malformed length",
      () => readAll(answered(`${OK}Content-Length: x\r\n\r\n`)),
      /invalid content length: .*decimal/,
    ],
    [
      "an unknown coding",
      () => readAll(answered(`${OK}Transfer-Encoding: x\r\n\r\n`)),
      /unsupported transfer encoding: .*chunked/,
    ],
    [
      "a malformed chunk",
      () => readAll(answered(`${OK}Transfer-Encoding: chunked\r\n\r\nx\r\n`)),
      /malformed chunk: invalid chunk size, at octet 47 near "x/,
    ],
    [
      "a malformed trailer",
      () => readAll(answered(`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n: a\r\n\r\n`)),
      /malformed trailer section: empty header name, at octet 50 near .*: a/,
    ],
    [
      "a passed limit",
      () => readAll(answered("HTTP/1.1 100 X\r\n\r\n".repeat(17))),
      /passes the limit maxInformational \(16\)/,
    ],
  ])("%s", (_what, act, message) => {
    expect(act).toThrow(message);
  });

  test("octets that nobody has asked for", () => {
    const connection = new ClientConnection();
    connection.receive(octets("hello"));
    expect(() => connection.nextEvent()).toThrow(/peer sent "hello".*nothing had been asked/);
  });
});

describe("the caller's faults", () => {
  const sending = (): ClientConnection => answered("", { "Content-Length": "3" }, "PUT");

  test.each<[string, () => unknown, RegExp]>([
    [
      "a second request",
      () => sending().send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } }),
      /no request .*now \(request sending, response awaiting\)/,
    ],
    [
      "a cycle too early",
      () => sending().startNextCycle(),
      /cannot be used again \(request sending, response awaiting\)/,
    ],
    [
      "content too early",
      () => new ClientConnection().send({ type: "content", octets: octets("a") }),
      /'idle' .*'content'/,
    ],
    ["an end too early", () => new ClientConnection().send({ type: "end" }), /'idle' .*'end'/],
    ["too much content", () => sending().send({ type: "content", octets: octets("abcd") }), /content is longer than/],
    ["too little content", () => sending().send({ type: "end" }), /3 octets shorter/],
    ["trailers", () => sending().send({ type: "end", trailers: { A: "b" } }), /trailers need chunked/],
    [
      "no Host",
      () => new ClientConnection().send({ type: "request", method: "GET", target: "/", headers: {} }),
      /request cannot be sent: there is no Host/,
    ],
    ["content with TRACE", () => answered("", { "Content-Length": "3" }, "TRACE"), /TRACE has no content/],
    ["content with CONNECT", () => answered("", { "Content-Length": "3" }, "CONNECT"), /CONNECT has no content/],
    [
      "an expectation without content",
      () => answered("", { Expect: "100-continue" }),
      /'Expect: 100-continue' needs content/,
    ],
    ["a target that is no authority", () => answered("", {}, "CONNECT"), /target of CONNECT is "\/".*host:port/],
    [
      "a method that is no token",
      () => encodeRequestHead("G T", "/", {}),
      /request cannot be sent: invalid method: .*token.* \(method "G T"\)/,
    ],
    ["a method with NUL", () => encodeRequestHead("G\0", "/", {}), /invalid method: .* \(method "G.*0.*"\)/],
    ["a method out of range", () => encodeRequestHead("\u0100", "/", {}), /invalid method: .* \(method "/],
    [
      "a target with a space",
      () => encodeRequestHead("GET", "/ /", {}),
      /invalid target: .*0x21 to 0x7E \(target "\/ \/"\)/,
    ],
    [
      "a target out of range",
      () => encodeRequestHead("GET", `/${"x".repeat(60)}\u0100`, {}),
      /invalid target: .*\(target "/,
    ],
    [
      "a name that is no token",
      () => encodeRequestHead("GET", "/", { A: "b", "B c": "d" }),
      /invalid header name: .*token \(header "B c"\)/,
    ],
    [
      "a bad value, which is not shown",
      () => encodeRequestHead("GET", "/", { A: "b", B: "secret\r" }),
      /^(?!.*secret).*invalid header value: .* \(header "B"\)/,
    ],
    [
      "a value with NUL",
      () => encodeRequestHead("GET", "/", { A: "b", B: "secret\0" }),
      /^(?!.*secret).*invalid header value: .* \(header "B"\)/,
    ],
    [
      "a head that is too large",
      () => encodeRequestHead("GET", "/", { A: "b".repeat(300_000) }),
      /head takes more than 262080 octets/,
    ],
    ["headers that are none", () => encodeRequestHead("GET", "/", 5 as never), /headers must be .*not number/],
    ["headers that are a Date", () => encodeRequestHead("GET", "/", new Date() as never), /headers must be .*not Date/],
    ["a header that is no pair", () => encodeRequestHead("GET", "/", [["a"]]), /pair \[name, value\]/],
    [
      "a value of another type",
      () => encodeRequestHead("GET", "/", { A: 5 as never }),
      /a header value must be .*not number/,
    ],
    [
      "a name of another type",
      () => encodeRequestHead("GET", "/", [[5 as never, "a"]]),
      /a header name must be .*not number/,
    ],
    [
      "a name in unicode",
      () => encodeRequestHead("GET", "/", { "\u00e9": "a" }),
      /header name strings may not include unicode/,
    ],
    [
      "a value in unicode",
      () => encodeRequestHead("GET", "/", { A: "\u00e9" }),
      /header value strings may not include unicode/,
    ],
    [
      "an unknown option",
      () => new ClientConnection({ other: 1 } as never),
      /options cannot have 'other'.*limits.*leniency.*content/,
    ],
    [
      "an unknown ownership",
      () => new ClientConnection({ content: "x" as never }),
      /content must be "copied" or "borrowed"/,
    ],
    ["an unknown leniency", () => new ClientConnection({ leniency: ["x"] as never }), /leniency must be .*"bare-lf"/],
    [
      "a leniency that is no array",
      () => parseResponseHead(octets(""), { leniency: "bare-lf" as never }),
      /leniency must be an array/,
    ],
    [
      "an unknown option of a parser",
      () => parseResponseHead(octets(""), { x: 1 } as never),
      /options cannot have 'x'.*method.*leniency.*maxHeaderSize.*maxHeaderLines/,
    ],
    ["an unknown limit", () => new ClientConnection({ limits: { x: 1 } as never }), /limits cannot have 'x'/],
    [
      "a limit that is none",
      () => new ClientConnection({ limits: { maxHeaderLines: -1 } }),
      /limits\.maxHeaderLines must be .*0 to 4096, not -1/,
    ],
  ])("%s", (_what, act, message) => {
    expect(act).toThrow(message);
  });

  test("chunks behind the end", () => {
    const decoder = new ChunkDecoder();
    decoder.decode(octets("0\r\n\r\n"));
    expect(() => decoder.decode(octets("1"))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/chunked message has ended/),
        reason: "message-has-ended",
      }),
    );
  });

  test("a trailer that must not be one", () => {
    const connection = new ClientConnection();
    connection.send({
      type: "request",
      method: "PUT",
      target: "/",
      headers: { Host: "a", "Transfer-Encoding": "chunked" },
    });
    expect(() => connection.send({ type: "end", trailers: { Host: "b" } })).toThrow(/"Host" must not be .*trailer/);
  });
});
