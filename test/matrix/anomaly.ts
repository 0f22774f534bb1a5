// What one row of the matrix is: octets that a server sends, and how a client may read them.
//
// Everything here is data. Who sends the octets is server.ts, who judges what a client made of them is judge.ts.

/** What a response must look like to count as read in this way; what is left out does not matter. */
export interface Reading {
  readonly status?: number;
  readonly content?: string | RegExp;
  /** By lower-case name. Null: the field must not be there. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  /** Judged where a client shows trailers at all. */
  readonly trailers?: Readonly<Record<string, string | null>>;
}

/** What a careful client does: refuse the response, accept it, or either of them. */
export type Wanted = "refuse" | "accept" | "either";

export interface Anomaly {
  readonly id: string;
  readonly title: string;
  /** Where the RFC speaks of it: "9112 2.2". */
  readonly section: string;
  readonly want: Wanted;
  readonly why: string;
  /** The octets that answer the request, one character for each. */
  readonly send: string;
  readonly method?: "GET" | "HEAD";
  /** What comes behind `send`: a FIN (default), a RST, or nothing, so that the connection stays open. */
  readonly end?: "fin" | "reset" | "open";
  /** Sent when the client is done with the response and the connection is idle. Only with `end: "open"`. */
  readonly later?: string;
  /** Does a FIN come behind `later`? */
  readonly laterEnd?: "fin" | "open";
  /** How the response must be read if it is accepted. Status 200 and content "ok" unless given. */
  readonly reading?: Reading;
  /** Readings that do harm, by the word that the table shows. They are tried before `reading`. */
  readonly harm?: Readonly<Record<string, Reading>>;
  /** Readings that lose or change the content without doing harm, by the word that the table shows. */
  readonly spoilt?: Readonly<Record<string, Reading>>;
  /** The word for a response that does harm however it is read. */
  readonly anyHarm?: string;
  /** Must this connection be given up? "may" unless given. */
  readonly reuse?: "may" | "never";
}

export interface Group {
  readonly title: string;
  /** A sentence on what is at stake. */
  readonly about: string;
  readonly anomalies: readonly Anomaly[];
}

/** The reading that is meant unless a row says otherwise. */
export const OK: Reading = { status: 200, content: "ok" };

/** A whole response that nobody has asked for. */
export const POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";

/** A response whose header section is `lines`, with content "ok" of known length. */
export function withFields(lines: string): string {
  return `HTTP/1.1 200 OK\r\n${lines}\r\nContent-Length: 2\r\n\r\nok`;
}

/** A response with this Content-Length value (and what stands around it), content "ok" and octets behind that. */
export function withLength(value: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length:${value}\r\n\r\nokEXTRA`;
}

/** A response with this Transfer-Encoding line, and content "ok" in one chunk. */
export function withCoding(line: string): string {
  return `HTTP/1.1 200 OK\r\n${line}\r\n\r\n2\r\nok\r\n0\r\n\r\n`;
}

/** A response with these octets as chunked content. */
export function chunked(octets: string): string {
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${octets}`;
}
