// Steps that many cases of the differential test have.

import type { Step } from "./differential-case.ts";

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Answers a whole request. */
export const answer = (send: string): Step => ({ after: "request", send });

/** Answers a whole request, and ends the connection. */
export const last = (send: string): Step => ({ after: "request", send, next: "end" });

/** Answers a whole request with 200. */
export const ok = answer(OK);
