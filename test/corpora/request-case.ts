// A case of the request corpus, and what came of it: plain data.

/** Text, octets as text with one character for each, or an object that is not what it says. */
export type CaseText = string | { readonly latin1: string } | { readonly object_whose_toString_returns: string };

export interface CaseContent {
  readonly kind: "bytes" | "text" | "stream" | "iterable" | "file" | "blob";
  /** base64 */
  readonly data?: string;
  /** base64, each */
  readonly chunks?: readonly string[];
  readonly text?: string;
  /** Of a Blob. */
  readonly type?: string;
}

export interface CaseInput {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: CaseText, value: CaseText])[];
  readonly content: CaseContent | null;
  readonly target_override?: CaseText | null;
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  readonly proxy?: string;
  readonly tunnel?: unknown;
  /** Of other clients. */
  readonly options?: Readonly<Record<string, string>>;
  readonly version?: string | null;
  readonly referrer?: string;
  /** A connection to this origin is there. */
  readonly connection_origin?: string;
  /** The connection has served a request before. */
  readonly after_previous_request?: boolean;
  /** The connection has served a request before, and its response was of this version. */
  readonly server_version?: string;
  /** The caller wants the connection closed behind the request. */
  readonly close_after?: boolean;
}

/** What a request must be like; everything that is given holds. Octets are base64. */
export interface Expectation {
  readonly any?: readonly Expectation[];
  readonly error?: string;
  readonly wire?: string;
  readonly starts_with?: string;
  readonly ends_with?: string;
  readonly contains_bytes?: string;
  readonly body_decodes_to?: string;
  readonly contains?: readonly string[];
  readonly not_contains?: readonly string[];
  readonly count?: Readonly<Record<string, number>>;
  readonly connection_options?: readonly string[];
  readonly well_formed_request_line?: boolean;
  /** For people. */
  readonly note?: string;
  readonly also?: string;
}

export interface RequestCase {
  readonly id: string;
  readonly input: CaseInput;
  readonly expect: Expectation;
  readonly strictness: "must" | "should" | "may";
}

/** What came of a request. */
export interface RequestOutcome {
  /** Null when the request went out and was answered. */
  readonly error: unknown;
  /** Every octet of it that reached the server, one character for each. */
  readonly wire: string;
  /** Connections that were opened for it and what came before it; null where there are none to open. */
  readonly connections: number | null;
  /** After a failure: is there a connection that could be used again? */
  readonly isKept: boolean;
}
