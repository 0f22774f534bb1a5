// The suite that every runtime runs: all cases, in order.

import { belowCases, connectCases, exchangeCases, tlsCases, unsupportedCases } from "./suite/connections.ts";
import type { Case } from "./suite/harness.ts";
import { abortCases, timeoutCases } from "./suite/limits.ts";
import { poolCases } from "./suite/pools.ts";
import { proxyCases } from "./suite/proxies.ts";
import { contentCases, headerCases, requestLineCases } from "./suite/requests.ts";
import { badResponseCases, responseCases } from "./suite/responses.ts";

export const SUITE: readonly Case[] = [
  ...requestLineCases,
  ...headerCases,
  ...contentCases,
  ...responseCases,
  ...badResponseCases,
  ...poolCases,
  ...timeoutCases,
  ...abortCases,
  ...connectCases,
  ...tlsCases,
  ...proxyCases,
  ...unsupportedCases,
  ...exchangeCases,
  ...belowCases,
];
