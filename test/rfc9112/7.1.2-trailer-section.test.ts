// RFC 9112 section 7.1.2 (and RFC 9110 section 6.5): field lines behind the last chunk. They are cut as header lines
// are, kept apart from the header section, and none of them acts.

import { ClientConnection, LocalProtocolError } from "httpcore/protocol";
import { describe, expect, test } from "vitest";
import { octets, text } from "../octets.ts";
import { accepts, connectionFor, refuses } from "../protocol-cases.ts";

const MESSAGE = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n";

/** `at` counts from the first trailer line. */
function breaks(trailers: string, reason: string, at: number): void {
  refuses(`${MESSAGE}${trailers}\r\n\r\n`, reason, { offset: MESSAGE.length + at });
}

describe("RFC 9112 7.1.2 trailer section received", () => {
  test("MAY: trailer fields are kept, in order, with case and duplicates", () => {
    accepts(`${MESSAGE}A: b\r\nc:d \r\nA: e\r\nF:\r\n\r\n`, {
      content: "a",
      trailers: [
        ["A", "b"],
        ["c", "d"],
        ["A", "e"],
        ["F", ""],
      ],
      isReusable: true,
    });
  });

  test("MUST NOT: trailer fields are not merged into the header section", () => {
    accepts(`${MESSAGE}A: b\r\n\r\n`, { headers: [["Transfer-Encoding", "chunked"]], trailers: [["A", "b"]] });
  });

  test("framing, routing and connection fields in trailers do not act", () => {
    const trailers: [string, string][] = [
      ["Content-Length", "100"],
      ["Transfer-Encoding", "gzip"],
      ["Connection", "close"],
      ["Keep-Alive", "timeout=0"],
      ["Host", "evil"],
    ];
    const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    accepts(`${MESSAGE}${lines}\r\n`, { content: "a", trailers, isReusable: true });
  });

  test("a malformed trailer line is refused as a header line is", () => {
    breaks("A : b", "whitespace-before-colon", 1);
    breaks(": b", "empty-header-name", 0);
    breaks("A b", "whitespace-before-colon", 1);
    breaks("Ab", "missing-colon", 2);
    breaks("A(: b", "invalid-header-name", 1);
    breaks("A: b\0", "invalid-header-value", 4);
    breaks("A: b\x7f", "invalid-header-value", 4);
    breaks("A: b\rc", "bare-cr", 4);
    breaks("A: b\nC: d", "bare-lf", 4);
    breaks("A: b\r\nC : d", "whitespace-before-colon", 7);
  });

  test("a section that begins with whitespace is refused", () => {
    refuses(`${MESSAGE} A: b\r\n\r\n`, "whitespace-before-colon", { offset: MESSAGE.length });
    refuses(`${MESSAGE} \r\n\r\n`, "whitespace-before-colon", { offset: MESSAGE.length });
  });

  test("the empty line that ends the section is CRLF and nothing else", () => {
    breaks("\n", "bare-lf", 0);
    breaks("\rX", "bare-cr", 0);
    breaks("A: b\r\n\n", "bare-lf", 6);
  });

  test("octets behind the section are no trailers", () => {
    accepts(`${MESSAGE}A: b\r\n\r\nC: d\r\n\r\n`, {
      trailers: [["A", "b"]],
      trailingData: "C: d\r\n\r\n",
      isReusable: false,
    });
  });

  test("a long section comes out whole", () => {
    const trailers = Array.from({ length: 8 }, (_, i): [string, string] => [`X-Trailer-${i}`, `value ${i}`]);
    accepts(`${MESSAGE}${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`, { trailers });
  });
});

describe("RFC 9112 7.1.2 trailer section sent", () => {
  const chunked = (headers: Record<string, string> = { "Transfer-Encoding": "chunked" }) => {
    const connection = new ClientConnection();
    connection.send({ type: "request", method: "POST", target: "/", headers: { Host: "a", ...headers } });
    return connection;
  };
  const end = (trailers: Record<string, string>) => ({ type: "end", trailers }) as const;

  test("trailers go out behind the last chunk as given", () => {
    expect(text(chunked().send(end({ "X-Sum": "1", y: "" })))).toBe("0\r\nX-Sum: 1\r\ny: \r\n\r\n");
  });

  test("a trailer that breaks the grammar is refused", () => {
    for (const trailers of [{ "a b": "c" }, { a: "b\r\nc: d" }, { a: "b\0" }, { "": "b" }, { a: " b" }]) {
      expect(() => chunked().send(end(trailers as Record<string, string>))).toThrow(LocalProtocolError);
    }
  });

  test("a request whose trailers were refused has not ended", () => {
    const connection = chunked();
    expect(() => connection.send(end({ "a b": "c" }))).toThrow(LocalProtocolError);
    expect(connection.requestState).not.toBe("done");
    connection.receive(octets("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    expect(connection.nextEvent().type).toBe("response");
    expect(connection.nextEvent().type).toBe("end");
    expect(connection.isReusable).toBe(false);
  });

  test("MUST NOT: fields for framing and routing do not go out as trailers", () => {
    for (const name of ["Content-Length", "Transfer-Encoding", "Host", "content-length"]) {
      const value = name === "Transfer-Encoding" ? "chunked" : "1";
      expect(() => chunked().send(end({ [name]: value })), name).toThrow(LocalProtocolError);
    }
  });

  test("trailers without chunked content are refused", () => {
    for (const headers of [{ "Content-Length": "0" }, {}]) {
      const connection = chunked(headers as Record<string, string>);
      expect(() => connection.send(end({ a: "b" }))).toThrow(
        expect.objectContaining({ reason: "trailers-without-chunked" }),
      );
    }
    expect(connectionFor({}).requestState).toBe("done");
  });
});
