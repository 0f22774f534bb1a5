// A request as errors and events show it: made only when there is one to show it to.

import type { RequestOptions } from "./extensions.ts";
import type { FieldLines } from "./protocol/field-lines.ts";
import { headerListOf } from "./protocol/header-list.ts";
import { Request } from "./request.ts";
import { type Authority, urlOf } from "./url.ts";

/** What the caller gave beside method, URL and headers; or the whole request. */
export type RequestSource = RequestOptions | Request;

/** What was made of it; nothing that was added for a proxy is in it. */
export interface ShownHead {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
}

export function shownRequest(source: RequestSource, head: ShownHead, authority: Authority): Request {
  if (source instanceof Request) return source;
  const { content = null, extensions = {} } = source;
  const headers = headerListOf(head.lines as FieldLines);
  return new Request(head.method, urlOf({ authority, target: head.target }), { headers, content, extensions });
}
