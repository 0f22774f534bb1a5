// Defects of the pool: cancellation, counting, connections that have died, time, and what can be seen of it all.

import { inFile } from "../conformance/row.ts";
import { type Defect, SEEN } from "./defect.ts";

export const POOL_DEFECTS: readonly Defect[] = [
  {
    id: "cancelled-slot",
    wrong: "A request that is cancelled takes its slot with it; in the end every request is a PoolTimeout",
    reported:
      "encode/httpcore #454 #550 #658 #726 #785 #830 #880 #961 #986 #1035 #1093 #1094 #1099, encode/httpx #1171 #1461, pydantic/httpx2 #444",
    tests: [
      ...inFile(
        "upstream/cancellation",
        "* > * on a * connection: an abort at each step gives the slot to who waits",
        "an abort at each step of a request that has waited gives its turn to the next",
        "an abort at each step of a request that is sent again gives its slot to the next",
        "aborts at many moments lose no slot",
      ),
      ...inFile("proxy/abort", "* > the next request gets the slot", "many aborts, at any moment, leave nothing"),
    ],
    naive: "Handing an idle connection to an exchange without asking whether it is over already",
  },
  {
    id: "cancelled-while-assigned",
    wrong: "A connection that was made for a request, which is cancelled before it dials, stays in the pool for ever",
    reported: "pydantic/httpx2 #983",
    tests: [
      ...inFile("pool/abort", "an abort > while the connection is being set up ends that, and gives the slot back"),
      ...inFile(
        "scenarios/pool",
        "S77 a freed connection serves who waits, and a dial whose request is gone leaves nothing behind",
      ),
    ],
  },
  {
    id: "abandoned-source",
    wrong: "A generator of content that is left in the middle is not ended, or ended in another task",
    reported: "encode/httpx #825 #1813, pydantic/httpx2 #1204",
    tests: inFile("pool/contract", "a source of content is given up whatever ends the request early > *"),
  },
  {
    id: "throwing-trace",
    wrong: "A trace callback that throws can leave what it watched half done",
    reported: SEEN,
    tests: inFile("pool/trace", "a tracer > that throws at * ends the exchange with what it threw"),
  },
  {
    id: "keepalive-counts-all",
    wrong: "max_keepalive_connections counts connections in use as well, so idle ones are closed too early",
    reported: "encode/httpcore #1000",
    tests: inFile(
      "upstream/pool",
      "what is counted > maxKeepaliveConnections counts idle connections, not those in use",
    ),
    naive: "Comparing the number of all connections with the limit",
  },
  {
    id: "negative-keepalive",
    wrong: "A negative number of idle connections is taken without a word",
    reported: SEEN,
    tests: inFile("api/options", "pool options that are refused > *"),
  },
  {
    id: "closed-when-handed-on",
    wrong: "The pool closes a connection that it has just handed to a request",
    reported: "encode/httpcore #1110 #1111",
    tests: inFile(
      "upstream/pool",
      "a connection that was handed on is not closed > by maxKeepaliveConnections: 0, which is for those that nobody waits for",
      "a connection that was handed on is not closed > by keepaliveExpiry: 0, which lets each request have a new one, and none fail",
      "a connection that was handed on is not closed > by a request of another origin that finds the pool full",
    ),
    naive: "Applying limits on idle connections before or after serving those that wait without looking again",
  },
  {
    id: "herd",
    wrong: "A connection that becomes free wakes all that wait for it, and all but one wait again",
    reported: "pydantic/httpx2 #1075",
    tests: [
      ...inFile("pool/limits", "maxConnections > bounds the connections; further requests wait, first in, first out"),
      ...inFile("scenarios/pool", "S78 a busy connection takes no second request, in no phase of the first"),
    ],
    naive: "Waking all: their order is lost, and one connection gets two requests",
  },
  {
    id: "quadratic-queue",
    wrong: "Each pass looks at every request and every connection, so that the cost of a request grows with the queue",
    reported: "encode/httpx #3215, encode/httpcore #922 #924 #928 #929 #930, pydantic/httpx2 #827 #974",
    tests: [
      ...inFile("upstream/pool", "the cost of a request > is the same however many wait"),
      ...inFile("unit/waiting-room", "the first on a route that has room or an idle connection, whatever came before"),
    ],
    naive: "Walking the queue to find who is next",
  },
  {
    id: "poll-per-connection",
    wrong: "Every idle connection's socket is polled for each request",
    reported: "encode/httpx #3215",
    tests: inFile(
      "upstream/pool",
      "the cost of a request > has nothing to do with idle connections to elsewhere: none is asked anything",
    ),
    naive: "Asking each idle connection whether it can be read",
  },
  {
    id: "head-of-line",
    wrong: "One limit for all origins: a slow one takes every connection, and a queue behind it holds up the others",
    reported: "encode/httpx #557",
    tests: inFile("pool/limits", "maxConnectionsPerOrigin > bounds each origin and does not hold up the others"),
  },
  {
    id: "queued-at-close",
    wrong: "Closing the pool leaves queued requests waiting",
    reported: SEEN,
    tests: inFile("pool/close", "close() > wakes queued requests with PoolClosed"),
  },
  {
    id: "used-after-close",
    wrong: "A pool can be used after it has been closed, and nobody closes what it opens then",
    reported: SEEN,
    tests: inFile("pool/close", "close() > is final, and a second time does nothing"),
  },
  {
    id: "close-in-flight",
    wrong: "A pool that is closed with requests in flight warns, or leaves them behind",
    reported: "encode/httpcore #510 #615 #624, pydantic/httpx2 #668",
    tests: [
      ...inFile(
        "pool/close",
        "close() > fails requests that wait for a head, in the middle of content, and being sent",
      ),
      ...inFile(
        "scenarios/cancellation",
        "S67 closing the pool ends what is under way in every phase with a clear error, and resolves",
      ),
    ],
  },
  {
    id: "stale-connection",
    wrong:
      "A server that closes an idle connection just before it is used fails the request, though it could be repeated",
    reported: "encode/httpcore #44 #313 #479, encode/httpx #2983 #3515, huggingface/huggingface_hub #4397 #4398",
    tests: [
      ...inFile("pool/repeat", "is sent again once > *, after a FIN", "is sent again once > GET, after a reset"),
      ...inFile("pool/repeat", "is never sent again > *"),
    ],
  },
  {
    id: "replay-of-nothing",
    wrong: "A request whose content can be had only once is repeated with empty content",
    reported: SEEN,
    tests: [
      ...inFile("pool/repeat", "is never sent again > PUT with an *"),
      ...inFile(
        "scenarios/idle-and-reuse",
        "S05 a body that is cut off half-way on a used connection > S05 is not sent again when it cannot, and its source is asked no more",
      ),
    ],
  },
  {
    id: "endless-repetition",
    wrong: "A request that no connection is available for is repeated without an end",
    reported: SEEN,
    tests: inFile("pool/repeat", "is never sent again > a request that was sent again"),
  },
  {
    id: "expiry-on-touch",
    wrong: "Idle connections expire only when the pool is used next, so a quiet program keeps them open",
    reported: SEEN,
    tests: inFile("pool/idle", "time > keepaliveExpiry closes an idle connection"),
  },
  {
    id: "keep-alive-timeout",
    wrong: "Keep-Alive: timeout=N of the server is ignored, and its connections are used when it closes them",
    reported: SEEN,
    tests: inFile("pool/idle", "time > Keep-Alive: timeout=N shortens it, by a margin"),
  },
  {
    id: "pool-time-anew",
    wrong: "The time to wait for a connection starts anew whenever a request has to queue again",
    reported: SEEN,
    tests: inFile(
      "upstream/pool",
      "the time that is waited for a connection > is not waited for again by a request that meets a dead connection",
    ),
    naive: "Putting the repeated request at the end of the queue: there its limit of 0 fails",
  },
  {
    id: "untold-pool-timeout",
    wrong: "PoolTimeout has no message",
    reported: SEEN,
    tests: inFile(
      "upstream/pool",
      "the time that is waited for a connection > is told by the error: which limit, and how long",
    ),
  },
  {
    id: "pause-without-limit",
    wrong: "No time limit runs in the pause between two attempts to connect",
    reported: SEEN,
    tests: inFile(
      "upstream/pool",
      "the time that is waited for a connection > ends with timeout.total between two attempts to connect, too",
    ),
    naive: "Stopping all clocks for the pause",
  },
  {
    id: "no-total",
    wrong: "There is no limit on the whole: a server that sends an octet now and then keeps a request for ever",
    reported: "encode/httpx #1450, pydantic/httpx2 #557",
    tests: inFile(
      "security/resources",
      "T-slowloris: a server that trickles does not keep a request for ever > *: timeout.total ends it, and the connection",
    ),
  },
  {
    id: "connect-time-anew",
    wrong: "The limit on connecting starts anew for TLS, and for each address: the wait is a multiple of it",
    reported: SEEN,
    tests: [
      ...inFile("pool/timeouts", "connect > covers TLS"),
      ...inFile("proxy/abort", "* > timeout.connect"),
      ...inFile("network/addresses", "resolve > an abort, and a time limit, do not wait for it"),
    ],
  },
  {
    id: "addresses-in-turn",
    wrong: "Addresses are tried one after the other, each for its whole time limit",
    reported: "pydantic/httpx2 #1170",
    tests: inFile("network/addresses", "happyEyeballs: * > an address that never answers is overtaken: *"),
  },
  {
    id: "invisible-queue",
    wrong: "A trace tells nothing of the pool: the wait for a connection is invisible",
    reported: SEEN,
    tests: inFile(
      "pool/trace",
      "the events > of a pool: all its requests, the wait for a connection, and the end of connections",
    ),
  },
  {
    id: "own-dns",
    wrong: "Names are looked up by the system alone, unless the whole network is written anew",
    reported: "encode/httpx #1319 #1444, pydantic/httpx2 #494 #554, encode/httpcore #691 #696",
    tests: inFile("network/addresses", "resolve > gives the addresses of a name; Host and certificate are the URL's"),
  },
  {
    id: "sni-not-in-key",
    wrong: "A connection that was made under another name in SNI is used again",
    reported: "pydantic/httpx2 #1225",
    tests: [
      ...inFile("pool/tls", "names > extensions.sniHostname does so for a request, and separates connections"),
      ...inFile(
        "security/secrets-and-tls",
        "T-poolkey-tls: a connection is used on the terms that it was made under > another name in SNI is another connection, and is verified on its own",
      ),
    ],
  },
  {
    id: "sni-dot",
    wrong: "The dot at the end of a host's name goes into SNI, and no certificate fits",
    reported: "pydantic/httpx2 #1063",
    tests: inFile("upstream/tls", "a trailing dot is no part of the name in SNI and certificates > *"),
  },
  {
    id: "options-changed",
    wrong: "The caller's TLS context is changed: ALPN is set on it for each connection, whoever else uses it",
    reported: "home-assistant/core #161330",
    tests: inFile("upstream/tls", "what a caller gives for TLS is not changed, and serves many pools"),
    naive: "Writing defaults into the options given: they are frozen",
  },
  {
    id: "tls-end-raw",
    wrong: "A peer that ends TLS without close_notify while content goes out: the network's own error comes out",
    reported: "pydantic/httpx2 #1263",
    tests: inFile("upstream/tls", "* below TLS while content goes out is an error of this package"),
    naive: "Handing on what the socket says",
  },
  {
    id: "tls-end-uncounted",
    wrong: "Content that ends with the connection counts as whole though TLS was cut",
    reported: SEEN,
    tests: inFile(
      "rfc9112/9.8-tls-connection-closure",
      "RFC 9112 9.8 TLS connection closure > content that * delimits and that TLS was cut in is incomplete",
    ),
  },
  {
    id: "starttls-injection",
    wrong: "Octets that came in the clear before TLS begins are taken for the peer's within TLS",
    reported: "pydantic/httpx2 #1170",
    tests: inFile(
      "security/secrets-and-tls",
      "T-starttls-inject: octets in the clear are not taken for the peer's within TLS > with the head, in the same segment",
      "T-starttls-inject: octets in the clear are not taken for the peer's within TLS > behind the head, in a segment of their own",
    ),
  },
];
