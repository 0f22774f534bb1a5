// Every known fault of other clients has a test here that is named by it: the list of the faults, and a look at the names
// of the tests. What each fault is stands above its test.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const FAULTS = {
  "what goes out": [
    ...["T-inj-header", "T-inj-host", "T-inj-special", "T-inj-path", "T-inj-method", "T-unicode-fold"],
    ...["T-dup-singletons", "T-path-authority", "T-toctou", "T-proto", "T-length-mismatch"],
  ],
  "framing of responses": [
    ...["T-frame", "T-fold", "T-cl", "T-conn-ows", "T-cl-te", "T-te-unknown", "T-chunk", "T-version", "T-status"],
    ...["T-trunc", "T-cl-lie", "T-nobody", "T-poison-idle", "T-poison-same-segment", "T-poison-tls"],
    ...["T-prestaged-first", "T-early-response", "T-101-unsolicited", "T-expect-final", "T-unexpected-100"],
  ],
  "hostile servers and resources": [
    ...["T-limit-head", "T-limit-trailers", "T-1xx-flood", "T-chunk-ext-flood", "T-reason-flood", "T-tiny-chunks"],
    ...["T-linear", "T-backpressure", "T-slowloris", "T-leak-errors", "T-limits-all-runtimes", "T-abort-queued"],
  ],
  "credentials, proxies, TLS and keys": [
    ...["T-proxyauth-scope", "T-poolkey-proxy", "T-socks-origins", "T-tls-via-proxy", "T-poolkey-tls"],
    ...["T-connect-extra", "T-connect-status", "T-proxy-dup-headers", "T-noproxy", "T-httpoxy", "T-407-cap"],
    ...["T-secret-redaction", "T-unsupported-throws", "T-starttls-inject"],
  ],
};

const folder = new globalThis.URL(".", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && name !== "index.test.ts");
const texts = files.map((name) => readFileSync(new globalThis.URL(name, folder), "utf8"));
/** The ids that groups of tests are named by, and how many tests stand between one and the next. */
const groups = new Map<string, number>();
for (const text of texts) {
  for (const group of text.split(/^describe\(/m).slice(1)) {
    const id = /^\s*["'`](T-[\w-]+): /.exec(group)?.[1];
    const tests = group.match(/\btest(\.each[\s\S]*?\))?\(/g)?.length ?? 0;
    if (id) groups.set(id, (groups.get(id) ?? 0) + tests);
  }
}

describe.each(Object.entries(FAULTS))("known faults: %s", (_section, ids) => {
  test.each(ids)("%s has a test", (id) => {
    expect(groups.get(id) ?? 0).toBeGreaterThan(0);
  });
});

test("no test is named by a fault that is not in the list", () => {
  const known = Object.values(FAULTS).flat();
  expect([...groups.keys()].filter((id) => !known.includes(id))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

test("each file is short and opens with its strategy", () => {
  for (const text of texts) {
    expect(text.startsWith("// ")).toBe(true);
    expect(text.split("\n").length).toBeLessThanOrEqual(300);
  }
});
