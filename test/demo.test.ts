// The demo as a user starts it: what it prints, what it leaves behind, and how it ends.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DemoServer, startDemoServer } from "../examples/demo-server.ts";
import { type DemoOutcome, runDemo, sectionOf } from "./demo-process.ts";

const TITLES = [
  "Sending a request",
  "Request headers",
  "Request headers as pairs",
  "Request body: octets",
  "Request body: an iterable",
  "Streaming a response",
  "Streaming a download to a file",
  "Reading on condition: small enough",
  "Reading on condition: too large",
  "Done",
];
/** Milliseconds: a start of tsx and a download that takes a second, on a machine that is busy. */
const TIMEOUT = 60_000;

describe("against a server of its own", () => {
  let folder: string;
  let outcome: DemoOutcome;
  const section = (title: string): string => sectionOf(outcome.stdout, title);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "httpcore-test-"));
    outcome = await runDemo([], { TMPDIR: folder, TEMP: folder, TMP: folder });
  }, TIMEOUT);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("ends well and says nothing on stderr", () => {
    expect(outcome.stderr).toBe("");
    expect(outcome.code).toBe(0);
  });

  test("shows every example of the quickstart, in order", () => {
    const headings = [...outcome.stdout.matchAll(/^── (?:\d+\. )?(.+?) ─+$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(TITLES.map((title) => expect.stringContaining(title)));
  });

  test("uses no colours and no cursor movements where there is no terminal", () => {
    expect(outcome.stdout).not.toContain("\x1b");
    expect(outcome.stdout).not.toContain("\r");
  });

  test("shows the code, the octets on the wire and the response", () => {
    const text = section("Sending a request");
    expect(text).toMatch(/^ {2}const response = await pool\.request\("GET", "http:\/\/127\.0\.0\.1:\d+\/get"\);$/m);
    expect(text).toContain("  → GET /get HTTP/1.1\\r\\n\n  → Host: 127.0.0.1:");
    expect(text).toContain("  → \\r\\n\n\n  ← HTTP/1.1 200 OK\\r\\n\n");
    expect(text).toMatch(/^ {2}response +<Response \[200\]>$/m);
    expect(text).toMatch(/^ {2}response\.status +200$/m);
    expect(text).toMatch(/^ {2}response\.headers +HeaderList \[$/m);
    expect(text).toMatch(/^ {2}response\.content +"\{"args":/m);
  });

  test("sends headers as they are given", () => {
    expect(section("Request headers")).toContain("'User-Agent': 'httpcore'");
    const lines = "  → Accept: text/plain\\r\\n\n  → accept: text/html\\r\\n\n  → X-Name: Zo\\xeb\\r\\n\n  → \\r\\n\n";
    expect(section("Request headers as pairs")).toContain(lines);
  });

  test("frames octets with Content-Length, and an iterable with chunks", () => {
    const octets = section("Request body: octets");
    expect(octets).toContain("  → Content-Length: 12\\r\\n\n  → \\r\\n\n  → Hello, world\n");
    expect(octets).toContain("data: 'Hello, world'");
    const iterable = section("Request body: an iterable");
    expect(iterable).toContain(
      "  → Transfer-Encoding: chunked\\r\\n\n  → \\r\\n\n  → c\\r\\n\n  → Hello, world\\r\\n\n  → 0\\r\\n",
    );
    expect(iterable).toContain("data: 'Hello, world'");
  });

  test("streams, and shows the progress of a download in lines", () => {
    expect(section("Streaming a response")).toContain("chunk of response.iterStream()");
    const download = section("Streaming a download to a file");
    expect(download).toContain("100 %  102400 of 102400 octets\n");
    expect(download).toContain("102,400 octets\n");
  });

  test("reads what is small, and gives up what is large", () => {
    expect(section("Reading on condition: small enough")).toContain('"abcdefghijklmnopqrstuvwxyz"');
    const large = section("Reading on condition: too large");
    expect(large).toContain("given up");
    expect(large).toContain("the connection was closed");
  });

  test("uses one connection for all", () => {
    expect(outcome.stdout.match(/on the wire \(a new connection\)/g)).toHaveLength(1);
    expect(section("Done")).toContain("Connections: 0 active, 0 idle");
  });

  test("removes what it has downloaded", async () => {
    expect((await readdir(folder)).filter((name) => name.startsWith("httpcore-demo-"))).toEqual([]);
  });
});

describe("against a server of the user's", () => {
  let server: DemoServer;
  beforeAll(async () => {
    server = await startDemoServer();
  });
  afterAll(() => server.close());

  test("shows every example", { timeout: TIMEOUT }, async () => {
    const { code, stdout, stderr } = await runDemo([server.url]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const title of TITLES) sectionOf(stdout, title);
    expect(stdout).toContain(`"${server.url}get"`);
  });

  test("takes a URL without a slash at its end, and tells of a server that has not the endpoints", async () => {
    const { code, stderr } = await runDemo([`${server.url}nowhere`]);
    expect(stderr).toBe("demo: the server answered 404; has it httpbin's endpoints?\n");
    expect(code).toBe(1);
  });
});

describe("ends with one line on stderr and exit code 1", () => {
  test.each(["nonsense", "ftp://127.0.0.1/", "127.0.0.1:8080"])("when the argument is %s", async (argument) => {
    const { code, stderr } = await runDemo([argument]);
    expect(stderr).toBe(`demo: '${argument}' is no URL that starts with http:// or https://\n`);
    expect(code).toBe(1);
  });

  test("when there are two arguments", async () => {
    const { code, stderr } = await runDemo(["http://127.0.0.1/", "http://127.0.0.1/"]);
    expect(stderr).toMatch(/^demo: at most one argument is taken.*\n$/);
    expect(code).toBe(1);
  });

  test("when the server cannot be reached", async () => {
    const port = await unusedPort();
    const { code, stderr } = await runDemo([`http://127.0.0.1:${port}/`]);
    expect(stderr).toMatch(new RegExp(`^demo: could not connect to 127\\.0\\.0\\.1:${port}: .*\\n$`));
    expect(code).toBe(1);
  });
});

// A port on which something has listened just now, and nothing does any more.
function unusedPort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
