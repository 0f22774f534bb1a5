// What a case of the differential test is made of: requests for two clients, and what a server plays to each of them.

/** Octets are strings of one character for each, here and in what is observed. */
export interface Exchange {
  readonly method: string;
  /** A URL; one that starts with a slash is a target at the server itself. */
  readonly url: string;
  /** In place of the path of `url`, past all parsing of URLs. */
  readonly target?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** At once, or in pieces. */
  readonly content?: string | readonly string[];
  /** Method and headers are given as text, not as octets. */
  readonly asText?: true;
}

/** One thing that the server waits for, and what it does then. Steps go on over connections, in the order they come. */
export interface Step {
  /** A whole request, a head, or so many octets. */
  readonly after: "request" | "head" | number;
  readonly send: string;
  /** What follows: the end of the connection, or TLS in it. */
  readonly next?: "end" | "tls";
}

export interface DifferentialCase {
  readonly name: string;
  readonly requests: readonly Exchange[];
  readonly steps: readonly Step[];
  /** The server is a proxy of this kind. */
  readonly proxy?: { readonly scheme: "http" | "socks5"; readonly auth?: readonly [user: string, password: string] };
  /** Names in DIFFERENCES, in the order in which they are applied. */
  readonly differs?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly version: string;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly content: string;
}

/** What came of one request. */
export type Result = Answer | { readonly error: string };

/** What one client did in one case. */
export interface Observation {
  /** What the server got on each connection; `<TLS>` stands where TLS begins. */
  readonly wire: readonly string[];
  readonly results: readonly Result[];
}
