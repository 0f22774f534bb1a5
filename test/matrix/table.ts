// The table: all anomalies by group, in the order of a message.

import { CHUNK_EXTENSIONS, CHUNKED_FRAMING, TRAILERS } from "./anomalies/chunks.ts";
import { INTERIM_RESPONSES, UNASKED } from "./anomalies/connections.ts";
import { BODYLESS, CUT_OFF } from "./anomalies/ends.ts";
import { FIELD_LINES, FOLDS } from "./anomalies/fields.ts";
import { BOTH_FRAMINGS, CONTENT_LENGTH, TRANSFER_ENCODING } from "./anomalies/length.ts";
import { LIMITS } from "./anomalies/limits.ts";
import { LINE_ENDS, STATUS_LINE, VERSION } from "./anomalies/lines.ts";
import type { Anomaly, Group } from "./anomaly.ts";

export const GROUPS: readonly Group[] = [
  LINE_ENDS,
  STATUS_LINE,
  VERSION,
  FIELD_LINES,
  FOLDS,
  CONTENT_LENGTH,
  TRANSFER_ENCODING,
  BOTH_FRAMINGS,
  CHUNKED_FRAMING,
  CHUNK_EXTENSIONS,
  TRAILERS,
  BODYLESS,
  CUT_OFF,
  INTERIM_RESPONSES,
  UNASKED,
  LIMITS,
];

export const ANOMALIES: readonly Anomaly[] = GROUPS.flatMap(({ anomalies }) => anomalies);
