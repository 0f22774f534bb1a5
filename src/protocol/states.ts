// The two halves of an exchange, each a table: state and event give the next state; what is not in the table is a
// mistake of the one whose half it is. The request half judges the caller before an octet is written, the response half
// judges the peer.
//
// What does not fit into a table stays in request-half.ts and response-half.ts, for these reasons: framing is counted in octets (how
// much content is left), and whether the connection persists depends on both heads and on the order of the two ends.

/**
 * The request half.
 *
 *   idle ──request──> sending ──end──> done
 *                     └content┘
 */
export const REQUEST_TRANSITIONS: Transitions<RequestState, RequestEventName> = {
  idle: { request: "sending" },
  sending: { content: "sending", end: "done" },
  done: {},
  failed: {},
};

/**
 * The response half; `request` is the request head going out.
 *
 *   idle ──request──> awaiting ──response──> content ──end──> done ──close──> closed
 *                     └informational┘        └content┘
 *                     └──switch──> switched
 */
export const RESPONSE_TRANSITIONS: Transitions<ResponseState, ResponseEventName> = {
  idle: { request: "awaiting", close: "closed" },
  awaiting: { informational: "awaiting", response: "content", switch: "switched" },
  content: { content: "content", end: "done" },
  done: { close: "closed" },
  switched: {},
  closed: {},
  failed: {},
};

export type RequestState = "idle" | "sending" | "done" | "failed";
export type RequestEventName = "request" | "content" | "end";
export type ResponseState = "idle" | "awaiting" | "content" | "done" | "switched" | "closed" | "failed";
export type ResponseEventName = "request" | "informational" | "response" | "switch" | "content" | "end" | "close";

type Transitions<State extends string, EventName extends string> = Readonly<
  Record<State, Readonly<Partial<Record<EventName, State>>>>
>;
