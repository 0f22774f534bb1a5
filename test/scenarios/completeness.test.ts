// Every scenario has a test whose name, or the row that it is made of, begins with the scenario's id, or it stands here
// with the reason why it has none. The groups: A S01-S16 idle connections and reuse, B S17-S25 keep-alive, C S26-S35
// interim responses, D S36-S44 responses while sending, E S45-S53 cut content, F S54-S62 segments and limits, G S63-S67
// cancellation, H S68-S73 upgrade and CONNECT, I S74-S78 the pool, J S79-S81 pipelining, K S82-S85 odds.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const LAST = 85;
const MAX_LINES = 300;

const NOT_TESTED: Readonly<Record<string, string>> = {
  S06: "A POST may use an idle connection, which is looked at first (S01, S20). To avoid that is a policy of the layer above.",
  S73: "CONNECT to a proxy, and TLS and credentials behind it, are the proxies' own tests; a tunnel as such is S72.",
  S79: "This client never pipelines: a busy connection takes no second request (S78).",
  S80: "This client never pipelines.",
  S81: "This client never pipelines.",
  S82: "A download is resumed by the layer above, with a request of its own. What it is told of the cut is S45 and S52.",
};

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts") && name !== "completeness.test.ts");
const sources = files.map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));

/** The ids at the beginning of the strings of `text`: "S03 S04 under ..." has two. */
function idsIn(text: string): string[] {
  return [...text.matchAll(/["`]((?:S\d\d )+)/g)].flatMap((match) => String(match[1]).trim().split(" "));
}

test("every scenario is tested, or says why it is not, and not both", () => {
  const tested = new Set(sources.flatMap(({ text }) => idsIn(text)));
  const all = Array.from({ length: LAST }, (_, index) => `S${String(index + 1).padStart(2, "0")}`);
  expect(all.filter((id) => !tested.has(id) && NOT_TESTED[id] === undefined)).toEqual([]);
  expect(Object.keys(NOT_TESTED).filter((id) => tested.has(id))).toEqual([]);
  expect([...tested].filter((id) => !all.includes(id))).toEqual([]);
});

test("ids are found where they stand, and nowhere else", () => {
  const text = 'test("S03 S04 a"); ["S05 b"]; `S06 c`; // S07 d; "x S08"';
  expect(idsIn(text)).toEqual(["S03", "S04", "S05", "S06"]);
});

test.each(sources)("$name is short and opens with its strategy", ({ text }) => {
  expect(text).toMatch(/^\/\/ /);
  expect(text.split("\n").length - 1).toBeLessThanOrEqual(MAX_LINES);
});
