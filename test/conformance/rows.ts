// All requirements of RFC 9110 and RFC 9112 on a client, in the order of the table in docs/conformance.md.

import { AFTER } from "./after.ts";
import { BODY_LENGTH } from "./body-length.ts";
import { CHUNKED } from "./chunked.ts";
import { CONNECTION } from "./connection.ts";
import { FIELDS } from "./fields.ts";
import { HEAD } from "./head.ts";
import { INTERIM } from "./interim.ts";
import { REQUEST_CONTENT } from "./request-content.ts";
import { REQUEST_FIELDS } from "./request-fields.ts";
import { REQUEST_TARGET } from "./request-target.ts";
import type { Row } from "./row.ts";

export interface Chapter {
  readonly title: string;
  readonly rows: readonly Row[];
}

export const CHAPTERS: readonly Chapter[] = [
  { title: "A response's octets and its first line", rows: HEAD },
  { title: "Fields of a response", rows: FIELDS },
  { title: "Where a response ends", rows: BODY_LENGTH },
  { title: "Transfer codings", rows: CHUNKED },
  { title: "Interim responses, upgrades, tunnels", rows: INTERIM },
  { title: "Connections", rows: CONNECTION },
  { title: "Where a request goes", rows: REQUEST_TARGET },
  { title: "Fields of a request", rows: REQUEST_FIELDS },
  { title: "Content of a request", rows: REQUEST_CONTENT },
  { title: "Behind a response", rows: AFTER },
];

export const ROWS: readonly Row[] = CHAPTERS.flatMap(({ rows }) => rows);
