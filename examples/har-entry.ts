// What HAR 1.2 says of one exchange (http://www.softwareishard.com/blog/har-12-spec/).
//
// In: a recording. Out: an entry as plain data. Contents are not recorded, nor are cookies, which stand in the header fields
// and there only if secrets are asked for. -1 means unknown, or that something did not happen, as the format has it.

import type { HeaderList, Request } from "httpcore";

export type Phase = "blocked" | "connect" | "send" | "wait" | "receive";
export type Secrets = "hidden" | "shown";

/** As `http11.receive_response_headers.complete` tells it. */
export interface ResponseHead {
  readonly httpVersion: string;
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers: HeaderList;
}

/** What is known of an exchange. */
export interface Recording {
  readonly request: Request;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly times: Readonly<Record<Phase, number>>;
  /** The part of `times.connect` that was TLS's; null when there was none. */
  readonly tls: number | null;
  readonly isConnectionNew: boolean;
  readonly connection: string | null;
  readonly head: ResponseHead | null;
  /** Octets; null when the content has not come whole. */
  readonly contentSize: number | null;
  readonly error: unknown;
}

export type HAREntry = ReturnType<typeof toEntry>;

interface Pair {
  readonly name: string;
  readonly value: string;
}

const SECRET = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);
const NOTHING: readonly never[] = [];

export function toEntry(recording: Recording, secrets: Secrets) {
  const { times, tls, isConnectionNew, connection, startedAt } = recording;
  const timings = {
    blocked: rounded(times.blocked),
    dns: -1,
    connect: isConnectionNew ? rounded(times.connect) : -1,
    ssl: tls === null ? -1 : rounded(tls),
    send: rounded(times.send),
    wait: rounded(times.wait),
    receive: rounded(times.receive),
  };
  return {
    startedDateTime: new Date(startedAt).toISOString(),
    // `connect` includes `ssl`.
    time: rounded(timings.blocked + Math.max(0, timings.connect) + timings.send + timings.wait + timings.receive),
    request: requestOf(recording.request, secrets),
    response: responseOf(recording, secrets),
    cache: {},
    timings,
    ...(connection !== null && { connection }),
  };
}

function requestOf({ method, url, headers, content, extensions }: Request, secrets: Secrets) {
  const target = extensions.target ?? url.target;
  const query = /\?(.*)/.exec(url.target)?.[1] ?? "";
  const size = headers.get("Content-Length");
  return {
    method,
    url: String(url),
    httpVersion: "HTTP/1.1",
    cookies: NOTHING,
    headers: pairsOf(headers, secrets),
    queryString: [...new URLSearchParams(query)].map(([name, value]): Pair => ({ name, value })),
    headersSize: sizeOf(headers) + `${method}  HTTP/1.1\r\n`.length + target.length,
    bodySize: size !== null ? Number(size) : content === null ? 0 : -1,
  };
}

function responseOf({ head, contentSize, error }: Recording, secrets: Secrets) {
  const failure = error ?? (head ? null : "no response has come");
  const headers = head?.headers;
  return {
    status: head?.status ?? 0,
    statusText: head?.reasonPhrase ?? "",
    httpVersion: head?.httpVersion ?? "",
    cookies: NOTHING,
    headers: headers ? pairsOf(headers, secrets) : NOTHING,
    content: { size: contentSize ?? 0, mimeType: headers?.get("Content-Type") ?? "x-unknown" },
    redirectURL: headers?.get("Location") ?? "",
    headersSize: head ? sizeOf(head.headers) + `${head.httpVersion} 200 ${head.reasonPhrase}\r\n`.length : -1,
    bodySize: contentSize ?? -1,
    ...(failure !== null && { _error: String(failure) }),
  };
}

function pairsOf(headers: HeaderList, secrets: Secrets): readonly Pair[] {
  return [...headers].map(([name, value]) => {
    const isHidden = secrets === "hidden" && SECRET.has(name.toLowerCase());
    return { name, value: isHidden ? "[hidden]" : value };
  });
}

// Of a header section with the empty line behind it: a character is an octet.
function sizeOf(headers: HeaderList): number {
  let size = "\r\n".length;
  for (const [name, value] of headers) size += `${name}: ${value}\r\n`.length;
  return size;
}

// To microseconds.
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
