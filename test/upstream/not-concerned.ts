// Defects that cannot be here, and why.

import { type Defect, SEEN } from "./defect.ts";

const HTTP2 = "HTTP/2 alone, which is not spoken here.";
const THREADS = "There is one thread, and no lock: a pool's state changes between two awaits, never across one.";
const OUT = "A wish for what this package leaves to the layers above.";

export const NOT_CONCERNED: readonly Defect[] = [
  {
    id: "h2-negative-window",
    wrong: "SETTINGS that make a send window negative let an upload go on too early",
    reported: "pydantic/httpx2 #935",
    reason: HTTP2,
  },
  {
    id: "h2-upload-stall",
    wrong: "Uploads at the same time wait for each other's window",
    reported: "pydantic/httpx2 #1133 #1163",
    reason: HTTP2,
  },
  {
    id: "h2-copies",
    wrong: "Large content is copied again for every frame",
    reported: "pydantic/httpx2 #1127",
    reason: HTTP2,
  },
  {
    id: "h2-stream-limit",
    wrong: "One stream for ever where a server states no limit; deadlocks when it lowers one; permits that are lost",
    reported:
      "encode/httpcore #248 #652 #1022, encode/httpx #1414 #2416, pydantic/httpx2 #536 #904 #1012 #1013 #1216 #1217 #1219",
    reason: HTTP2,
  },
  {
    id: "h2-goaway",
    wrong: "GOAWAY ends streams that may finish; with stream 0 it is not tried again; KeyErrors and races of streams",
    reported: "encode/httpcore #46 #679 #730 #1041 #1054, encode/httpx #2761 #3072, pydantic/httpx2 #808 #1093",
    reason: HTTP2,
  },
  {
    id: "h2-no-reset",
    wrong: "A response that is closed early sends no RST_STREAM and gives no window back",
    reported: SEEN,
    reason: HTTP2,
  },
  {
    id: "h2-headers",
    wrong: "A request without Host is an IndexError; outgoing and incoming headers are not checked; content is dropped",
    reported: SEEN,
    reason: HTTP2,
  },
  {
    id: "h2-ping",
    wrong: "Long calls are cut by load balancers, as there is no PING",
    reported: "encode/httpcore #1079 #1080 #1081",
    reason: HTTP2,
  },
  {
    id: "h2-alpn",
    wrong: "http/1.1 is offered by ALPN although only HTTP/2 is wanted, or in the wrong order",
    reported: "pydantic/httpx2 #1155",
    reason: HTTP2,
  },
  {
    id: "h2-proxied",
    wrong: "An idle HTTP/2 connection through a proxy takes one new request a pass",
    reported: SEEN,
    reason: HTTP2,
  },
  {
    id: "h2-stale",
    wrong: "An idle HTTP/2 connection that has died is found dead only when it is used",
    reported: SEEN,
    reason: HTTP2,
  },
  {
    id: "http3",
    wrong: "HTTP/3 is missing",
    reported: "encode/httpx #275, encode/httpcore #173 #174 #829, pydantic/httpx2 #92",
    reason: "Another protocol, which is not spoken here.",
  },
  {
    id: "lock-reentrancy",
    wrong: "Garbage collection within the pool's lock enters the pool again, and waits for itself",
    reported: "pydantic/httpx2 #1008",
    reason: THREADS,
  },
  {
    id: "free-threading",
    wrong: "A time of expiry is read twice, and another thread changes it in between",
    reported: "pydantic/httpx2 #1045",
    reason: THREADS,
  },
  {
    id: "slow-locks",
    wrong: "The locks and the look-up of the event loop's kind cost more than the request",
    reported: "pydantic/httpx2 #970 #1132",
    reason: THREADS,
  },
  {
    id: "trust-store",
    wrong: "The system's certificates are read again for each connection",
    reported: "pydantic/httpx2 #1002 #1253, gpustack/gpustack #5389",
    reason: "The runtime has its own certificates, read once; nothing here reads a trust store.",
  },
  {
    id: "socket-options-late",
    wrong: "Socket options are set once the connection stands, too late for some",
    reported: SEEN,
    reason:
      "The runtimes take no options of the kind; those there are have names of their own, and mean the connection.",
  },
  {
    id: "wrong-origin",
    wrong: "A connection that is given a request for another origin raises a RuntimeError",
    reported: SEEN,
    reason: "Connections cannot be given requests: the pool alone does that, and by route.",
  },
  {
    id: "wrong-twin",
    wrong: "Reading the asynchronous kind of a response synchronously fails when it is tried",
    reported: SEEN,
    reason: "There is one kind.",
  },
  {
    id: "url-parts-ignored",
    wrong: "Parts of a URL that are given beside its text are ignored without a word",
    reported: SEEN,
    reason: "A URL is made of one argument, a text or parts: the two cannot be given together.",
  },
  {
    id: "mapping-duplicates",
    wrong: "A mapping of headers cannot hold a name twice",
    reported: SEEN,
    reason: "So it is with every mapping: pairs can be given, which keep duplicates.",
  },
  {
    id: "early-close-not-drained",
    wrong: "A response that is not read closes its connection, however little was left",
    reported: SEEN,
    reason: "Wanted so: what a server would still send has no bound, and its end nobody waits for.",
  },
  {
    id: "retry-beyond-connect",
    wrong: "Neither statuses nor cut responses are tried again; Retry-After is not read",
    reported: "encode/httpx #108 #765 #784 #1000, pydantic/httpx2 #31",
    reason: OUT,
  },
  {
    id: "proxy-auth-schemes",
    wrong: "Proxies that want more than Basic are not answered; SOCKS4 and chains of proxies are missing",
    reported: "encode/httpx #1189 #3283, pydantic/httpx2 #453 #841",
    reason: OUT,
  },
  {
    id: "websocket",
    wrong: "WebSockets are missing",
    reported: "encode/httpx #304, pydantic/httpx2 #105",
    reason: `${OUT} They are built on networkStream.`,
  },
];
