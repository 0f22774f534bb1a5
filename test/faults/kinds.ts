// What can go wrong with an operation of a network, and what the caller is to hear of it.
//
// In: a stage, an operation, a kind of fault. Out: names of outcomes, of which one must come true. They are those of
// docs/errors.md; "fulfilled" is with every octet, "cut" with fewer, where nobody can tell that from an end.

/** Operations of the network interface: those that the client begins, and those that the network does. */
export type Operation = "connect" | "startTLS" | "write" | "read" | "end";

/** How far things have come: no request has been sent, one has, or the connection is the caller's. */
export type Stage = "setup" | "exchange" | "stream";

export type Outcome =
  | "fulfilled"
  | "cut"
  | "ConnectError"
  | "ConnectTimeout"
  | "ReadError"
  | "ReadTimeout"
  | "WriteError"
  | "WriteTimeout"
  | "RemoteProtocolError"
  | "ProxyError";

/** What the kinds do to operations is in faulty-connection.ts; "behind": the operation is done first. */
export const KINDS = {
  connect: ["refused", "stall", "reset behind", "FIN behind"],
  startTLS: ["refused", "stall"],
  write: [
    "reset",
    "reset within",
    "FIN",
    "stall",
    "stall within",
    "never drained",
    "octet by octet",
    "nothing at first",
  ],
  read: ["reset", "reset behind", "FIN", "FIN behind", "stall", "octet by octet", "nothing at first"],
  end: ["reset", "stall"],
} as const satisfies Record<Operation, readonly string[]>;

export type Kind = (typeof KINDS)[Operation][number];

/** Nothing happens any more behind these: it is time that has to end the exchange. */
export const STALLS: ReadonlySet<Kind> = new Set(["stall", "stall within", "never drained"]);

type Outcomes = Readonly<Partial<Record<Kind, readonly Outcome[]>>>;

const HARMLESS: Outcomes = { "octet by octet": ["fulfilled"], "nothing at first": ["fulfilled"] };

/** Time limits do not hold for a connection that is the caller's: a stall lasts until it is closed. */
const EXPECTED: Readonly<Record<Stage, Readonly<Partial<Record<Operation, Outcomes>>>>> = {
  setup: {
    connect: {
      refused: ["ConnectError"],
      stall: ["ConnectTimeout"],
      // A proxy that goes away has not been reached; an origin broke off before it was asked.
      "reset behind": ["ConnectError", "ReadError"],
      "FIN behind": ["RemoteProtocolError"],
    },
    startTLS: { refused: ["ConnectError"], stall: ["ConnectTimeout"] },
    write: {
      ...HARMLESS,
      reset: ["ConnectError"],
      "reset within": ["ConnectError"],
      FIN: ["RemoteProtocolError"],
      stall: ["ConnectTimeout"],
      "stall within": ["ConnectTimeout"],
      "never drained": ["fulfilled"],
    },
    read: {
      ...HARMLESS,
      reset: ["ConnectError"],
      "reset behind": ["ConnectError"],
      FIN: ["RemoteProtocolError"],
      // Behind the last reply, TLS cannot begin.
      "FIN behind": ["RemoteProtocolError", "ConnectError"],
      stall: ["ConnectTimeout"],
    },
  },
  exchange: {
    write: {
      ...HARMLESS,
      reset: ["WriteError"],
      "reset within": ["WriteError"],
      FIN: ["RemoteProtocolError"],
      stall: ["WriteTimeout"],
      "stall within": ["WriteTimeout"],
      // The last octets of a request have been taken when its response comes.
      "never drained": ["WriteTimeout", "fulfilled"],
    },
    read: {
      ...HARMLESS,
      reset: ["ReadError"],
      "reset behind": ["ReadError"],
      FIN: ["RemoteProtocolError"],
      "FIN behind": ["RemoteProtocolError"],
      stall: ["ReadTimeout"],
    },
    end: { reset: ["ReadError"], stall: ["ReadTimeout"] },
  },
  stream: {
    write: {
      ...HARMLESS,
      reset: ["WriteError"],
      "reset within": ["WriteError"],
      FIN: ["cut", "fulfilled"],
      stall: ["WriteError"],
      "stall within": ["WriteError"],
      "never drained": ["WriteError"],
    },
    read: {
      ...HARMLESS,
      reset: ["ReadError"],
      "reset behind": ["ReadError", "WriteError"],
      FIN: ["cut"],
      "FIN behind": ["cut", "fulfilled"],
      stall: ["ReadError"],
    },
    end: { reset: ["ReadError"], stall: ["ReadError"] },
  },
};

export function expectedOf(stage: Stage, operation: Operation, kind: Kind): readonly Outcome[] {
  const outcomes = EXPECTED[stage][operation]?.[kind];
  if (!outcomes) throw new Error(`nothing is expected of ${kind} at ${operation} in the stage ${stage}`);
  return outcomes;
}
