// docs/benchmarks.md and its pictures, from bench/results.json and the prose of bench/benchmarks.template.md.

import { readFileSync, writeFileSync } from "node:fs";
import { casesTable, contestantsTable, losses, parserTables, resultSections, runFacts } from "./markdown.ts";
import { UsageError } from "./options.ts";
import { drawAll } from "./pictures.ts";
import { type Record, readRecord } from "./record.ts";

const TEMPLATE = new URL("benchmarks.template.md", import.meta.url);
const DOCS = new URL("../docs/", import.meta.url);

/** What stands in the template for each table. */
const TABLES: Readonly<{ [name: string]: (record: Record) => string }> = {
  cases: casesTable,
  contestants: contestantsTable,
  run: runFacts,
  losses,
  results: resultSections,
  parsers: ({ parsers }) => (parsers ? parserTables(parsers) : "Not measured yet."),
  "parser-sizes": ({ parsers }) =>
    parsers ? `The module has ${parsers.wasmSize} octets, undici's llhttp ${parsers.llhttpSize}.` : "",
};

/** @throws UsageError when nothing has been measured */
export function writeDocs(): void {
  const record = readRecord();
  if (!record) throw new UsageError("there is no bench/results.json; run `npm run bench` first");
  const page = readFileSync(TEMPLATE, "utf8").replace(/\{\{([a-z-]+)\}\}/g, (_, name: string) => {
    const table = TABLES[name];
    if (!table) throw new Error(`the template asks for '${name}', which is no table`);
    return table(record);
  });
  writeFileSync(new URL("benchmarks.md", DOCS), page);
  for (const [file, svg] of Object.entries(drawAll(record))) writeFileSync(new URL(file, DOCS), svg);
}
