// lighttpd: the same cases as nginx, and CGI, whose content has no length until it ends.

import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { type Daemon, type Place, startDaemon } from "./daemon.ts";
import { describeWith, LIGHTTPD } from "./program.ts";
import { HELLO, LARGE, SITE, sha256, tlsFiles } from "./site.ts";
import { type WebServer, webServerCases } from "./web-server-cases.ts";

const START_TIMEOUT = 30_000;
/** KiB that a request may have as content. */
const MAX_CONTENT = 16 * 1024;

/** Tells the length that CGI was told, and gives the content back. */
const ECHO = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\nX-Length: %s\\r\\n\\r\\n' "$CONTENT_LENGTH"
exec cat
`;

describeWith([LIGHTTPD], "lighttpd", () => {
  let daemon: Daemon;
  let server: WebServer;
  const url = (path: string): string => server.origin + path;

  beforeAll(async () => {
    const { files, ca } = await tlsFiles();
    daemon = await startDaemon(LIGHTTPD, 2, (place) => ({
      files: {
        ...SITE,
        ...files,
        "site/three/hello.txt": HELLO,
        "site/cgi/echo.sh": ECHO,
        "uploads/": "",
        "lighttpd.conf": configuration(place),
      },
      options: ["-D", "-f", `${place.folder}/lighttpd.conf`],
    }));
    const [plain, secure] = daemon.ports;
    server = { ca, origin: `http://127.0.0.1:${plain}`, secureOrigin: `https://127.0.0.1:${secure}` };
  }, START_TIMEOUT);
  afterAll(() => daemon?.close());

  webServerCases(() => server);

  test("content of a CGI program comes chunked", async () => {
    const pool = openPool();
    for (const content of ["", "some content", LARGE]) {
      const response = await pool.request("POST", url("/cgi/echo.sh"), { content });
      expect(response.headers.get("x-length")).toBe(String(content.length));
      expect(sha256(response.content)).toBe(sha256(Buffer.from(content)));
      // A program that ends soon has a length after all.
      if (content === LARGE) expect(response.headers.get("transfer-encoding")).toBe("chunked");
    }
  });

  test("a chunked upload reaches the CGI program with its length", async () => {
    const content = Array.from({ length: 80 }, (_, i) => LARGE.subarray(i * 100_000, (i + 1) * 100_000));
    const response = await openPool().request("POST", url("/cgi/echo.sh"), { content });
    expect(response.headers.get("x-length")).toBe("8000000");
    expect(sha256(response.content)).toBe(sha256(LARGE.subarray(0, 8_000_000)));
  });

  test("content that is too large is refused while it goes out", async () => {
    const pool = openPool();
    const content = Array.from({ length: 3 }, () => LARGE);
    expect((await pool.request("POST", url("/cgi/echo.sh"), { content })).status).toBe(413);
    expect((await pool.request("GET", url("/hello.txt"))).status).toBe(200);
  });

  test("Expect: 100-continue lets the content go", async () => {
    const seen: number[] = [];
    const response = await openPool().request("POST", url("/cgi/echo.sh"), {
      headers: { Expect: "100-continue" },
      content: "awaited",
      extensions: { timeout: { continue: 600_000 }, informational: ({ status }) => seen.push(status) },
    });
    expect([await response.text(), seen]).toEqual(["awaited", [100]]);
  });
});

// Of max-keep-alive-requests the first does not count; without stream-response-body nothing comes chunked.
function configuration({ folder, ports: [plain, secure] }: Place): string {
  return `
server.modules = ("mod_openssl", "mod_cgi")
server.document-root = "${folder}/site"
server.upload-dirs = ("${folder}/uploads")
server.bind = "127.0.0.1"
server.port = ${plain}
server.max-request-size = ${MAX_CONTENT}
server.stream-response-body = 1
mimetype.assign = ("" => "text/plain")
ssl.pemfile = "${folder}/tls/both.pem"
$SERVER["socket"] == "127.0.0.1:${secure}" { ssl.engine = "enable" }
$HTTP["url"] =~ "^/cgi/" {
  cgi.assign = (".sh" => "/bin/sh")
}
$HTTP["url"] =~ "^/three/" { server.max-keep-alive-requests = 2 }
`;
}
