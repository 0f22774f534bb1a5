// Defects that show when a proxy lies between.

import { inFile } from "../conformance/row.ts";
import { type Defect, SEEN } from "./defect.ts";

export const PROXY_DEFECTS: readonly Defect[] = [
  {
    id: "options-lost",
    wrong: "retries, the local address and socket options are silently ignored for connections to a proxy",
    reported: "pydantic/httpx2 #1160",
    tests: [
      ...inFile(
        "upstream/proxies",
        "the pool's options hold through * > retries",
        "the pool's options hold through * > localAddress",
        "the pool's options hold through * > socketOptions and happyEyeballs",
      ),
    ],
  },
  {
    id: "uds-lost",
    wrong: "A Unix socket is silently ignored when there is a proxy, too",
    reported: "pydantic/httpx2 #1160",
    tests: inFile("upstream/proxies", "a Unix socket and a proxy together are refused, not one of them ignored"),
  },
  {
    id: "ws-upgraded",
    wrong: "TLS is started in every tunnel, so plain ws: through a proxy becomes TLS",
    reported: SEEN,
    tests: inFile("proxy/tunnel", "a reply that opens the tunnel > plain ws stays plain in it"),
  },
  {
    id: "wss-in-the-clear",
    wrong: "wss: through SOCKS5 goes out without TLS",
    reported: "pydantic/httpx2 #1104",
    tests: inFile("proxy/socks", "the request > * goes through, too", "the request > *"),
  },
  {
    id: "tls-layers",
    wrong: "TLS within TLS works for two layers in one backend, and is an error without a name for more",
    reported: SEEN,
    tests: inFile("proxy/https-proxy", "an https proxy > TLS within TLS, each with options of its own"),
  },
  {
    id: "target-for-connect",
    wrong: "The target that a request gives takes the place of CONNECT's host and port",
    reported: "pydantic/httpx2 #1262",
    tests: [
      ...inFile("upstream/proxies", "extensions.target goes into the tunnel, and CONNECT keeps host and port"),
      ...inFile("proxy/forward", "the target > extensions.target * is *"),
    ],
  },
  {
    id: "sni-of-proxy",
    wrong: "The name for the origin's TLS is not used in a tunnel, and is used for the proxy's own TLS",
    reported: "encode/httpcore #934, pydantic/httpx2 #1223",
    tests: inFile("upstream/proxies", "sniHostname is the origin's name, not the proxy's > *"),
    naive: "One name for all TLS of a route: the proxy's certificate does not fit",
  },
  {
    id: "refusal-lost",
    wrong: "Of the reply that refuses CONNECT nothing is left but its status line",
    reported: "encode/httpcore #913, encode/httpx #1189 #3283, pydantic/httpx2 #453 #841",
    tests: inFile("proxy/tunnel", "a refusal > carries status, headers and content"),
  },
  {
    id: "connect-ipv6",
    wrong: "CONNECT writes an IPv6 address without brackets",
    reported: "pydantic/httpx2 #1091",
    tests: inFile("proxy/tunnel", "CONNECT > * is asked for as *"),
  },
  {
    id: "connect-surplus",
    wrong: "Octets behind the reply to CONNECT are dropped, or taken for the origin's",
    reported: SEEN,
    tests: inFile(
      "security/proxy-replies",
      "T-connect-extra: octets behind the reply are one error, and one connection > *",
    ),
  },
  {
    id: "socks-time",
    wrong: "A SOCKS proxy that says nothing is waited for without a limit",
    reported: "encode/httpcore #862 #868 #1015 #1017 #1055 #1089 #1097 #1100, pydantic/httpx2 #1009",
    tests: inFile(
      "proxy/abort",
      "* > timeout.connect",
      "* > timeout.total, without one for connecting",
      "* > an abort",
    ),
  },
  {
    id: "socks-pieces",
    wrong: "A SOCKS reply is taken to come in one read",
    reported: SEEN,
    tests: inFile("proxy/socks", "replies > octet by octet"),
  },
  {
    id: "socks-assertion",
    wrong: "A SOCKS reply of the wrong kind is a failed assertion and not an error of the protocol",
    reported: SEEN,
    tests: inFile(
      "proxy/socks",
      "what is no SOCKS5 > *",
      "what is no SOCKS5 > a wrong version of the answer to user and password",
    ),
  },
  {
    id: "socks-traced",
    wrong: "The password for a SOCKS proxy stands in the trace",
    reported: SEEN,
    tests: inFile("upstream/proxies", "a trace of what goes through * has no password in it"),
    naive: "Telling the handshake's own arguments",
  },
  {
    id: "no-environment",
    wrong: "Variables like HTTPS_PROXY and NO_PROXY are nobody's, so each program reads them in its own way",
    reported: SEEN,
    tests: inFile(
      "proxy/environment",
      "the variable that counts > *: *",
      "the variable that counts > NO_PROXY and names: *, *",
    ),
  },
];
