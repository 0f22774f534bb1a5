// All defects of httpcore and httpcore2 that we know of, and what holds each here.

import type { Defect } from "./defect.ts";
import { MESSAGE_DEFECTS } from "./message-defects.ts";
import { NOT_CONCERNED } from "./not-concerned.ts";
import { POOL_DEFECTS } from "./pool-defects.ts";
import { PROXY_DEFECTS } from "./proxy-defects.ts";
import { REQUEST_DEFECTS } from "./request-defects.ts";

export const DEFECTS: readonly Defect[] = [
  ...POOL_DEFECTS,
  ...PROXY_DEFECTS,
  ...REQUEST_DEFECTS,
  ...MESSAGE_DEFECTS,
  ...NOT_CONCERNED,
];
