// The quickstart, example by example: each has the line of code that a reader would write, and the code that runs.
//
// In: a pool, a way to make URLs, and a folder to write to. Out: for each example the expressions worth looking at, with
// their values. The server must have httpbin's endpoints; which server it is, and how things look, is not known here.

import { createReadStream } from "node:fs";
import { open, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionPool, Response } from "httpcore";
import { count, quoted } from "./print.ts";
import { showProgress } from "./progress.ts";

/** What the examples need. */
export interface Stage {
  readonly pool: ConnectionPool;
  /** For files; it exists and is empty. */
  readonly folder: string;
  /** The URL of a path, which has no leading slash. */
  url(path: string): string;
}

export interface Example {
  readonly title: string;
  /** The request, as one writes it. */
  readonly code: string;
  run(): Promise<Fact[]>;
}

/** An expression and its value. A string is shown as it is. */
export type Fact = readonly [expression: string, value: unknown];

/** A download that takes a second: long enough to see it move. */
const DOWNLOAD = "range/102400?chunk_size=4096&duration=1";
/** What the careful reader of the last two examples is ready to take. */
const READY_FOR = 50_000;

/** All examples, in the order of the quickstart page. */
export function quickstart(stage: Stage): Example[] {
  return [
    sendRequest(stage),
    headersAsObject(stage),
    headersAsPairs(stage),
    contentAsOctets(stage),
    contentAsIterable(stage),
    streamResponse(stage),
    downloadToFile(stage),
    readIfSmall(stage, "Reading on condition: small enough", "range/26"),
    readIfSmall(stage, "Reading on condition: too large", "range/102400"),
  ];
}

function sendRequest({ pool, url }: Stage): Example {
  return {
    title: "Sending a request",
    code: `const response = await pool.request("GET", "${url("get")}");`,
    async run() {
      const response = expectOK(await pool.request("GET", url("get")));
      return [
        ["response", response],
        ["response.status", response.status],
        ["response.headers", response.headers],
        ["response.content", quoted(response.content)],
      ];
    },
  };
}

function headersAsObject({ pool, url }: Stage): Example {
  return {
    title: "Request headers",
    code: `const r = await pool.request("GET", "${url("headers")}", { headers: { "User-Agent": "httpcore" } });`,
    async run() {
      const headers = { "User-Agent": "httpcore" };
      const r = expectOK(await pool.request("GET", url("headers"), { headers }));
      return [["await r.json()", await r.json()]];
    },
  };
}

function headersAsPairs({ pool, url }: Stage): Example {
  return {
    title: "Request headers as pairs: order, case, duplicates and octets stay as they are",
    code: `const r = await pool.request("GET", "${url("headers")}", { headers: pairs });`,
    async run() {
      const pairs = [
        ["Accept", "text/plain"],
        ["accept", "text/html"],
        ["X-Name", new Uint8Array([0x5a, 0x6f, 0xeb])],
      ] as const;
      const r = expectOK(await pool.request("GET", url("headers"), { headers: pairs }));
      return [
        ["pairs", pairs],
        ["await r.json()", await r.json()],
      ];
    },
  };
}

function contentAsOctets({ pool, url }: Stage): Example {
  return {
    title: "Request body: octets, so there is a Content-Length",
    code: `const r = await pool.request("POST", "${url("post")}", { content: encoder.encode("Hello, world") });`,
    async run() {
      const content = new TextEncoder().encode("Hello, world");
      const r = expectOK(await pool.request("POST", url("post"), { content }));
      return [["await r.json()", await r.json()]];
    },
  };
}

function contentAsIterable({ pool, url, folder }: Stage): Example {
  return {
    title: "Request body: an iterable, so it goes out in chunks",
    code: `const r = await pool.request("POST", "${url("post")}", { content: createReadStream("hello-world.txt") });`,
    async run() {
      const path = join(folder, "hello-world.txt");
      await writeFile(path, "Hello, world");
      const r = expectOK(await pool.request("POST", url("post"), { content: createReadStream(path) }));
      return [["await r.json()", await r.json()]];
    },
  };
}

function streamResponse({ pool, url }: Stage): Example {
  const path = "stream/3";
  return {
    title: "Streaming a response",
    code: `await using response = await pool.stream("GET", "${url(path)}");`,
    async run() {
      await using response = expectOK(await pool.stream("GET", url(path)));
      const facts: Fact[] = [];
      for await (const chunk of response.iterStream()) facts.push(["chunk of response.iterStream()", quoted(chunk)]);
      return facts;
    },
  };
}

function downloadToFile({ pool, url, folder }: Stage): Example {
  return {
    title: "Streaming a download to a file",
    code: `await using response = await pool.stream("GET", "${url(DOWNLOAD)}");`,
    async run() {
      const path = join(folder, "download.bin");
      await using response = expectOK(await pool.stream("GET", url(DOWNLOAD)));
      await using output = await open(path, "w");
      const progress = showProgress(contentLength(response));
      try {
        for await (const chunk of response.iterStream()) {
          await output.writeFile(chunk);
          progress.advance(chunk.length);
        }
      } finally {
        progress.end();
      }
      return [["stat('download.bin').size", count((await stat(path)).size)]];
    },
  };
}

function readIfSmall({ pool, url }: Stage, title: string, path: string): Example {
  return {
    title,
    code: `await using response = await pool.stream("GET", "${url(path)}");`,
    async run() {
      await using response = expectOK(await pool.stream("GET", url(path)));
      const size = contentLength(response);
      const announced: Fact = ["response.headers.get('content-length')", response.headers.get("content-length")];
      if (size === null || size > READY_FOR) {
        return [announced, ["given up", `more than ${count(READY_FOR)}; the content is not read`]];
      }
      await response.read();
      return [announced, ["response.content", quoted(response.content)]];
    },
  };
}

function contentLength({ headers }: Response): number | null {
  const value = headers.get("content-length");
  return value === null ? null : Number(value);
}

function expectOK(response: Response): Response {
  if (response.status !== 200) throw new Error(`the server answered ${response.status}; has it httpbin's endpoints?`);
  return response;
}
