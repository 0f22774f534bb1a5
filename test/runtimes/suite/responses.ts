// What comes back: heads, framings, and the ways to read content.

import { ReadError } from "httpcore";
import { cases, equal, holds, latin1, rejects, sleep } from "./harness.ts";

const LARGE_SIZE = 8 * 1024 * 1024;

export const responseCases = cases("response", {
  "headers keep order, case and octets": async ({ open, plain }) => {
    const { headers } = await open().request("GET", `${plain}/fields`);
    equal(headers.get("SET-cookie"), "a=1, b=2");
    equal(headers.getAll("set-cookie"), ["a=1", "b=2"]);
    equal([headers.has("x-case"), headers.has("x-none"), headers.get("x-none")], [true, false, null]);
    equal([headers.at(1), headers.at(-1)?.[0], headers.length], [["X-CaSe", "one"], "Content-Length", 7]);
    equal([...(headers.raw[3]?.[1] ?? [])], [0x63, 0x61, 0x66, 0xe9]);
    equal(headers.toWeb().get("x-pad"), "in  ner");
    return JSON.stringify(headers);
  },
  "version and reason": async ({ open, plain }) => {
    const { extensions, content } = await open().request("GET", `${plain}/old`);
    equal([extensions.httpVersion, extensions.reasonPhrase], ["HTTP/1.0", "Sure thing"]);
    equal(latin1(content), "until the end");
  },
  "any status": async ({ open, plain }) => {
    const pool = open();
    for (const status of [200, 299, 404, 599, 999]) {
      equal((await pool.request("GET", `${plain}/status/${status}`)).status, status);
    }
  },
  "chunks, with extensions and large sizes": async ({ open, plain }) => {
    equal(await (await open().request("GET", `${plain}/chunked`)).text(), "abc0123456789");
  },
  "chunks of one octet": async ({ open, plain }) => {
    equal((await open().request("GET", `${plain}/tiny`)).content.length, 2000);
  },
  trailers: async ({ open, plain }) => {
    const response = await open().stream("GET", `${plain}/trailers`);
    const early = await rejects((async () => response.trailers)(), "ResponseNotRead");
    holds(early.code === "ERR_RESPONSE_NOT_READ", String(early.code));
    equal(latin1(await response.read()), "ok");
    return JSON.stringify(response.trailers);
  },
  "no content": async ({ open, plain }) => {
    const pool = open();
    equal((await pool.request("GET", `${plain}/empty`)).content.length, 0);
    equal((await pool.request("HEAD", `${plain}/head`)).content.length, 0);
    equal((await pool.request("GET", `${plain}/hello`)).content.length, 5);
  },
  "octet by octet": async ({ open, plain }) => {
    equal(await (await open().request("GET", `${plain}/dribble`)).text(), "drop by drop");
  },
  "text and JSON": async ({ open, plain }) => {
    const response = await open().request("GET", `${plain}/json`);
    equal(await response.json(), { a: [1, "\u00e9"] });
    equal(await response.text(), '{"a":[1,"\u00e9"]}');
  },
  "content before it has been read is ResponseNotRead": async ({ open, plain }) => {
    const response = await open().stream("GET", `${plain}/hello`);
    await rejects((async () => response.content)(), "ResponseNotRead");
    equal(latin1(await response.read()), "hello");
    equal(response.content === (await response.read()), true, "cached content");
  },
  "content is read once": async ({ open, plain }) => {
    const response = await open().stream("GET", `${plain}/hello`);
    let text = "";
    for await (const piece of response) text += latin1(piece);
    equal(text, "hello");
    await rejects(response.read(), "StreamConsumed");
    await rejects(response.iterStream().next(), "StreamConsumed");
  },
  "body is a byte stream": async ({ open, plain }) => {
    const response = await open().stream("GET", `${plain}/chunked`);
    const { body } = response;
    equal(response.body === body, true, "the same stream");
    const reader = body.getReader({ mode: "byob" });
    let text = "";
    for (let { value, done } = await reader.read(new Uint8Array(4)); !done; ) {
      text += latin1(value as Uint8Array);
      ({ value, done } = await reader.read(new Uint8Array(4)));
    }
    equal(text, "abc0123456789");
  },
  "toWeb, read and not read": async ({ open, plain }) => {
    const pool = open();
    const read = (await pool.request("GET", `${plain}/hello`)).toWeb();
    const streamed = (await pool.stream("GET", `${plain}/hello`)).toWeb();
    equal([await read.text(), await streamed.text(), read.status], ["hello", "hello", 200]);
  },
  "much, read slowly": async ({ open, plain }) => {
    const response = await open().stream("GET", `${plain}/large`);
    let [size, sum, pieces] = [0, 0, 0];
    for await (const piece of response) {
      for (let i = 0; i < piece.length; i += 997) {
        const at = size + i;
        if (piece[i] !== ((at >> 16) & 0xff)) throw new Error(`octet ${at} is ${piece[i]}`);
      }
      size += piece.length;
      sum += piece[0] ?? 0;
      if (++pieces % 20 === 0) await sleep(2);
    }
    holds(sum > 0, "octets differ");
    equal(size, LARGE_SIZE);
  },
  "much, read at once": async ({ open, plain }) => {
    const { content } = await open().request("GET", `${plain}/large`);
    equal([content.length, content[65_535], content[65_536]], [LARGE_SIZE, 0, 1]);
  },
  "close() ends it, and what is left unread closes the connection": async ({ open, plain }) => {
    const pool = open();
    const response = await pool.stream("GET", `${plain}/large`);
    await response.close();
    await response.close();
    const error = await rejects(response.read(), "ReadError");
    holds(error instanceof ReadError, "ReadError of this package");
    equal(pool.connections.length, 0);
  },
  "leaving an iteration closes the response": async ({ open, plain }) => {
    const pool = open();
    for await (const piece of await pool.stream("GET", `${plain}/large`)) {
      holds(piece.length > 0, "a piece");
      break;
    }
    equal(pool.connections.length, 0);
  },
});

export const badResponseCases = cases("bad response", {
  "garbage, with its place": async ({ open, plain }) => {
    const error = await rejects(open().request("GET", `${plain}/garbage`), "RemoteProtocolError");
    equal([error.reason, error.offset, error.code], ["invalid-version", 0, "ERR_REMOTE_PROTOCOL_ERROR"]);
    equal([error.phase, error.origin], ["receive", plain]);
  },
  "two lengths": async ({ open, plain }) => {
    const error = await rejects(open().request("GET", `${plain}/two-lengths`), "RemoteProtocolError");
    equal(error.reason, "conflicting-content-length");
  },
  "a bad chunk": async ({ open, plain }) => {
    const response = await open().stream("GET", `${plain}/bad-chunk`);
    const iterator = response.iterStream();
    equal(latin1((await iterator.next()).value ?? new Uint8Array()), "ok");
    equal((await rejects(iterator.next(), "RemoteProtocolError")).reason, "invalid-chunk-size");
  },
  "a head that is cut": async ({ open, plain }) => {
    const error = await rejects(open().request("GET", `${plain}/cut-head`), "RemoteProtocolError");
    equal(error.reason, "incomplete-head");
  },
  "content that is cut": async ({ open, plain }) => {
    for (const path of ["cut-content", "cut-chunk"]) {
      const error = await rejects(open().request("GET", `${plain}/${path}`), "RemoteProtocolError");
      equal(error.reason, "incomplete-content");
    }
  },
  "content that a reset cuts": async ({ open, plain }) => {
    const error = await rejects(open().request("GET", `${plain}/reset`), "ReadError");
    holds(error.cause instanceof Error, "the runtime's own error is the cause");
  },
  "no response at all": async ({ open, plain }) => {
    const error = await rejects(open().request("POST", `${plain}/nothing`), "RemoteProtocolError");
    equal(error.reason, "no-response");
  },
  "too large a head": async ({ open, plain }) => {
    const call = open().request("GET", `${plain}/big-head`, { extensions: { maxHeaderSize: 1000 } });
    equal((await rejects(call, "RemoteProtocolError")).reason, "max-header-size");
  },
  "too much content": async ({ open, plain }) => {
    const call = open().request("GET", `${plain}/chunked`, { extensions: { maxContentSize: 12 } });
    equal((await rejects(call, "RemoteProtocolError")).reason, "max-content-size");
    const pool = open({ limits: { maxContentSize: 12 } });
    equal((await rejects(pool.request("GET", `${plain}/large`), "RemoteProtocolError")).reason, "max-content-size");
  },
  "too many interim responses": async ({ open, plain }) => {
    const pool = open({ limits: { maxInformational: 1 } });
    equal((await rejects(pool.request("GET", `${plain}/early`), "RemoteProtocolError")).reason, "max-informational");
  },
});
