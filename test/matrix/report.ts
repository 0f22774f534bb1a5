// What was found, as a document for readers or in full for one case. Pure: records in, text out.

import type { Anomaly } from "./anomaly.ts";
import type { Outcome } from "./client/play.ts";
import { type Contestant, VARIABLES } from "./contestants.ts";
import { type Exchanges, type Judgement, judge, type Verdict } from "./judge.ts";
import { GROUPS } from "./table.ts";

/** One client and its record for each anomaly. */
export interface Column {
  readonly contestant: Contestant;
  readonly version: string;
  readonly exchanges: ReadonlyMap<string, Exchanges>;
}

const VERDICTS: readonly Verdict[] = ["right", "lenient", "wrong", "dangerous"];
const SHOWN_OCTETS = 300;

export function documentOf(
  anomalies: readonly Anomaly[],
  columns: readonly Column[],
  absent: readonly Contestant[],
): string {
  return [
    intro(anomalies),
    "## Who was played\n",
    table(
      ["client", "version"],
      columns.map(({ contestant, version }) => [contestant.title, version]),
    ),
    ...(absent.length > 0 ? [`Not run, as not installed: ${absent.map(({ title }) => title).join(", ")}.\n`] : []),
    LEGEND,
    "## In short\n",
    summary(anomalies, columns),
    dangers(anomalies, columns),
    ...GROUPS.map(({ title, about, anomalies: all }) => {
      const rows = all.filter((anomaly) => anomalies.includes(anomaly));
      return rows.length > 0 ? `## ${title}\n\n${about}\n\n${groupTable(rows, columns)}` : null;
    }).filter((text) => text !== null),
    NOTES,
  ].join("\n");
}

function intro(anomalies: readonly Anomaly[]): string {
  const variables = Object.values(VARIABLES)
    .map((name) => `\`${name}\``)
    .join(", ");
  return `# The differential matrix

What clients make of ${anomalies.length} odd, broken or hostile responses. Written by \`npm run matrix\`; do not edit.

\`\`\`sh
npm run build
npm run matrix                                        # every client that is installed; writes this page
npm run matrix -- --only httpcore,undici --case cr-in-value   # octets and outcomes in full, on the standard output
npm run matrix -- --help
\`\`\`

Bun, Deno and workerd are looked for on the PATH, or where ${variables} say.
What is not installed is left out. undici is the release 7 that this repository develops with, because release 8 needs a
newer Node than httpcore does. \`test/matrix/matrix.test.ts\` plays the whole table to httpcore in every test run, and fails
unless each row is right.

A server on loopback answers a request with the octets of the row (they are in \`test/matrix/anomalies/\`) and a FIN, unless
the row says otherwise. Then a second request is sent, which must get its own response. Each row has a port of its own.
`;
}

const LEGEND = `## How to read it

Every row says what a careful client does: *refuse*, *accept*, or *either* where the RFCs leave it open and no choice harms.
A cell says what the client did:

| cell | meaning |
| --- | --- |
| refused, accepted | right |
| lenient: ... | broken octets were read as they were meant, or a connection was used again that should not be; harmless as long as nobody in between reads them in another way |
| wrong: ... | a valid response was refused ("too strict"), or came out changed, or the second request failed |
| **DANGER: ...** | octets got a meaning that they do not have, cut content passed for whole, a response answered another request, or a request never ended |
`;

const NOTES = `## Notes

- "raw framing": chunk sizes and CRLFs were handed out as content. "cut content": half a message was taken for a whole
  one. "next poisoned": the second request got octets that do not belong to it. "field lost": the response was handed out
  without a field that it has. "injected field": with one that it does not have.
- "too strict" in the rows on obs-fold: RFC 9112 asks user agents to replace a fold, and refusing does no harm but to the
  caller who wanted the response.
- Transfer-Encoding without a final \`chunked\`: by the letter of RFC 9112 section 6.3 a client may read on until the
  connection ends. The rows ask for refusal all the same: the octets are chunk framing, and a caller takes them for content.
- "coded octets": the client did not ask for gzip, and gives the caller gzip as the content.
- The expectations are this project's own, each with its reason beside its octets. Where RFC 9112 permits leniency (a lone
  LF in a head), refusing is what is wanted, and accepting is called lenient, not dangerous.
- Limits are tried with bounded amounts: a client that accepts 2 MiB may still have a limit above.
- Trailers are judged only where a client shows them; fetch does not.
- workerd was run as a local binary. Workers in production sit behind another proxy, which may differ.
- Left out: a response that is sent before the request has arrived. On a fresh connection nobody can tell it reliably from
  a very fast answer, so that a row would depend on luck.
`;

function summary(anomalies: readonly Anomaly[], columns: readonly Column[]): string {
  const rows = columns.map((column) => {
    const verdicts = anomalies.map((anomaly) => judgeIn(column, anomaly).verdict);
    const counts = VERDICTS.map((verdict) => verdicts.filter((one) => one === verdict).length);
    return [column.contestant.title, ...counts.map(String)];
  });
  return table(["client", ...VERDICTS], rows);
}

function dangers(anomalies: readonly Anomaly[], columns: readonly Column[]): string {
  const lines = columns.map((column) => {
    const rows = anomalies.flatMap((anomaly) => {
      const { verdict, word } = judgeIn(column, anomaly);
      return verdict === "dangerous" ? [`\`${anomaly.id}\` (${word})`] : [];
    });
    return `- ${column.contestant.title}: ${rows.join(", ") || "none"}`;
  });
  return `The dangerous rows:\n\n${lines.join("\n")}\n`;
}

function groupTable(rows: readonly Anomaly[], columns: readonly Column[]): string {
  return table(
    ["row", "what the server sends", "RFC", "wanted", ...columns.map(({ contestant }) => contestant.name)],
    rows.map((anomaly) => [
      `\`${anomaly.id}\``,
      anomaly.title,
      anomaly.section,
      anomaly.want,
      ...columns.map((column) => cell(judgeIn(column, anomaly))),
    ]),
  );
}

function cell({ verdict, word }: Judgement): string {
  if (verdict === "right") return word;
  return verdict === "dangerous" ? `**DANGER: ${word}**` : `${verdict}: ${word}`;
}

function judgeIn({ contestant, exchanges }: Column, anomaly: Anomaly): Judgement {
  const record = exchanges.get(anomaly.id);
  if (!record) throw new Error(`${contestant.name} has not played ${anomaly.id}`);
  return judge(anomaly, record);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

/** Each case with its octets and every outcome in full, for whoever looks into one. */
export function details(anomalies: readonly Anomaly[], columns: readonly Column[]): string {
  return [...anomalies.map((anomaly) => detailsOf(anomaly, columns)), summary(anomalies, columns)].join("\n");
}

function detailsOf(anomaly: Anomaly, columns: readonly Column[]): string {
  const { id, title, section, want, why, send, method = "GET", end = "fin", later } = anomaly;
  return [
    `${id}: ${title} (RFC ${section})`,
    `  wanted    ${want}: ${why}`,
    `  ${method.padEnd(9)} ${shortened(JSON.stringify(send))} (${send.length} octets), ${end}`,
    ...(later === undefined ? [] : [`  later     ${shortened(JSON.stringify(later))}`]),
    ...columns.flatMap((column) => {
      const record = column.exchanges.get(id);
      if (!record) return [];
      const connection = record.isReused ? "same connection" : "another connection";
      return [
        `  ${column.contestant.name.padEnd(9)} ${cell(judgeIn(column, anomaly))}`,
        `            first ${told(record.first)}`,
        `            next  ${told(record.next)}, ${connection}`,
      ];
    }),
    "",
  ].join("\n");
}

function told(outcome: Outcome): string {
  if (outcome.kind === "hangs") return "hangs";
  if (outcome.kind !== "accepted") return `${outcome.kind}: ${outcome.error}`;
  const { kind, ...seen } = outcome;
  return `${kind}: ${shortened(JSON.stringify(seen))}`;
}

function shortened(text: string): string {
  return text.length > SHOWN_OCTETS ? `${text.slice(0, SHOWN_OCTETS)}...` : text;
}
