// The client's half of a run, the same in every runtime: two requests for each job, and what became of them.
//
// In: a job (URLs and patience) and a way to send a request. Out: two outcomes. It names nothing of any runtime but
// `fetch`, timers and AbortController, which all of them have; `fetch` is used for the server's side door alone.

import type { Reading } from "../anomaly.ts";

export interface Job {
  readonly id: string;
  readonly method: string;
  /** Answered with the anomaly. */
  readonly first: string;
  /** Answered with `NEXT`. */
  readonly next: string;
  /** Answered when everything that the server had to send behind the anomaly has been sent. */
  readonly settled: string;
  /** Milliseconds until a request counts as hanging. */
  readonly patience: number;
}

/** A response as a client shows it to its caller. */
export interface Seen {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** One character for each octet, the first `MAX_SHOWN` of them. */
  readonly content: string;
  /** Null where the client does not show trailers. */
  readonly trailers: readonly (readonly [name: string, value: string])[] | null;
}

export type Outcome =
  | ({ readonly kind: "accepted" } & Seen)
  | { readonly kind: "refused"; readonly error: string }
  | { readonly kind: "hangs" }
  /** The process died; told by the driver. */
  | { readonly kind: "crashes"; readonly error: string };

export interface Played {
  readonly id: string;
  readonly first: Outcome;
  readonly next: Outcome;
}

/** A client that keeps its connections, and at most one at a time if it can be told so. */
export interface Client {
  send(method: string, url: string, signal: AbortSignal): Promise<Seen>;
  close(): void;
}

/** What the server answers to every second request. */
export const NEXT: Reading = { status: 200, content: "next", headers: { "x-poison": null } };

const MAX_SHOWN = 32_768;

export async function play(job: Job, open: () => Client): Promise<Played> {
  const client = open();
  try {
    const first = await outcomeOf(client, job.method, job.first, job.patience);
    await (await fetch(job.settled)).text();
    return { id: job.id, first, next: await outcomeOf(client, "GET", job.next, job.patience) };
  } finally {
    client.close();
  }
}

async function outcomeOf(client: Client, method: string, url: string, patience: number): Promise<Outcome> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "hangs" }), patience);
  });
  const answer = client.send(method, url, controller.signal).then(
    (seen): Outcome => ({ kind: "accepted", ...seen }),
    (error: unknown): Outcome => ({ kind: "refused", error: describe(error) }),
  );
  const outcome = await Promise.race([answer, hangs]);
  clearTimeout(timer);
  if (outcome.kind === "hangs") controller.abort();
  return outcome;
}

/** Octets as text, one character for each. */
export function shown(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets.subarray(0, MAX_SHOWN)) text += String.fromCharCode(octet);
  return text;
}

// With all causes: fetch wraps everything in one TypeError.
function describe(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at !== undefined && parts.length < 4; at = at instanceof Error ? at.cause : undefined) {
    parts.push(nameOf(at));
  }
  return parts.join(" <- ").slice(0, 300);
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const detail = "reason" in error ? error.reason : "code" in error ? error.code : undefined;
  return `${error.name}${typeof detail === "string" ? ` ${detail}` : ""}: ${error.message}`;
}
