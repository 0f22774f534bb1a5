// Requirements on the first line of a request, on Host, and on where a request goes.

import { inFile, type Row } from "./row.ts";

const in3 = (...names: string[]) =>
  inFile("rfc9112/3-request-line", ...names.map((name) => `RFC 9112 3 request line > ${name}`));
const in32 = (...names: string[]) =>
  inFile("rfc9112/3.2-request-target", ...names.map((name) => `RFC 9112 3.2 request target > ${name}`));

export const REQUEST_TARGET: readonly Row[] = [
  {
    id: "request-01",
    section: "9110 2.2",
    level: "MUST NOT",
    requirement: "Nothing goes out that the grammar does not allow",
    verdict: "followed",
    tests: [
      ...inFile("api/injection", "header values > *", "header names > *"),
      ...in3("a method that is no token is refused"),
      ...in32("3.2: no whitespace and no control octet stands in a target"),
    ],
  },
  {
    id: "request-02",
    section: "9112 2.2",
    level: "MUST NOT",
    requirement: "No CR without LF goes out in a head",
    verdict: "followed",
    tests: [
      ...inFile(
        "unit/request-head",
        "request-head encoder: values > control octets in a value are refused, in front, within and behind, as text and as octets",
      ),
      ...inFile(
        "unit/request-head",
        "request-head encoder: names > what is no token is refused, as text and as octets",
      ),
      ...in3("a method that is no token is refused"),
      ...in32("3.2: no whitespace and no control octet stands in a target"),
    ],
  },
  {
    id: "request-03",
    section: "9112 2.2",
    level: "MUST NOT",
    requirement: "No empty line goes out in front of a request or behind it",
    verdict: "followed",
    tests: in3(
      "MUST: ClientConnection.send gives the same octets, with no CRLF before or behind them",
      "MUST NOT: no CRLF goes out behind content",
    ),
  },
  {
    id: "request-04",
    section: "9112 2.2",
    level: "MUST NOT",
    requirement: "No whitespace goes out behind the first line, in front of the first field",
    verdict: "followed",
    tests: in3("MUST NOT: no whitespace goes out between the request line and the first field line"),
  },
  {
    id: "request-05",
    section: "9112 3; 9110 9.1",
    level: "statement",
    requirement: "A method is a token, and its case matters",
    verdict: "followed",
    tests: in3("the method goes out as given: it is case-sensitive", "a method that is no token is refused"),
  },
  {
    id: "request-06",
    section: "9112 3.2",
    level: "statement",
    requirement: "No whitespace and no fragment in a target",
    verdict: "followed",
    tests: [
      ...in32("3.2: no whitespace and no control octet stands in a target"),
      ...inFile("api/request-line", "the target > of http://host/a# is /a", "the target > of http://host#only is /"),
    ],
    reason: "extensions.target is sent raw, but held to the same octets.",
  },
  {
    id: "request-07",
    section: "9112 3.2; 9110 7.2",
    level: "MUST",
    requirement: "One Host in each request: the URL's authority without userinfo",
    verdict: "followed",
    tests: [
      ...in32(
        "3.2: MUST: every request has a Host field",
        "3.2: MUST: there is exactly one Host field, in whatever case",
      ),
      ...inFile(
        "api/host-header",
        "an added Host > for * is *",
        "a given Host > cannot be there twice, whatever the case",
      ),
    ],
    reason: "A Host that the caller gives stays; it does not choose the server.",
  },
  {
    id: "request-08",
    section: "9110 7.2",
    level: "SHOULD",
    requirement: "Host is the first field",
    verdict: "followed",
    tests: inFile("api/host-header", "an added Host > stands in front of everything"),
    reason: "A Host that the caller gives keeps the place it was given.",
  },
  {
    id: "request-09",
    section: "9112 3.2.1",
    level: "MUST",
    requirement: "A server gets path and query alone, and a slash for an empty path",
    verdict: "followed",
    tests: [
      ...in32("3.2.1: origin-form goes out octet for octet"),
      ...inFile("api/request-line", "the target > of http://host* is *"),
    ],
  },
  {
    id: "request-10",
    section: "9112 3.2.2",
    level: "MUST",
    requirement: "A proxy gets the whole URL",
    verdict: "followed",
    tests: inFile("proxy/forward", "the target > of * is *"),
  },
  {
    id: "request-11",
    section: "9112 3.2.2",
    level: "MUST",
    requirement: "Host goes out beside a whole URL, too",
    verdict: "followed",
    tests: [
      ...in32("3.2.2: absolute-form goes out as given, with Host beside it"),
      ...inFile(
        "api/request-line",
        "extensions.target > can be octets, and changes neither Host nor the server spoken to",
      ),
    ],
  },
  {
    id: "request-12",
    section: "9112 3.2.3; 9110 9.3.6",
    level: "MUST",
    requirement: "The target of CONNECT is a host and a port, and nothing else",
    verdict: "followed",
    tests: [
      ...in32("3.2.3: the target of CONNECT is host and port", "3.2.3: any other target of CONNECT is refused"),
      ...inFile("rfc9110/9.3.6-connect", "a CONNECT that must not be sent > *"),
    ],
  },
  {
    id: "request-13",
    section: "9112 3.2.4",
    level: "MUST",
    requirement: "OPTIONS for a server as a whole has an asterisk for its target",
    verdict: "followed",
    tests: [
      ...in32("3.2.4: a server-wide OPTIONS has the target *"),
      ...inFile("api/request-line", "extensions.target > * goes out as it is"),
    ],
  },
  {
    id: "request-14",
    section: "9110 7.1",
    level: "MUST NOT",
    requirement: "The targets of CONNECT and of that OPTIONS go with no other method",
    verdict: "not followed",
    tests: inFile(
      "rfc9110/7.1-determining-the-target",
      "the target of another method goes out raw when the caller gives it: *",
    ),
    reason:
      "No URL makes such a target. extensions.target is for who wants to send just that, and nothing can be injected.",
  },
  {
    id: "request-15",
    section: "9110 4.2.1, 4.2.2",
    level: "MUST NOT",
    requirement: "A URL without a host is refused",
    verdict: "followed",
    tests: inFile(
      "api/url",
      'what is no URL > "http:///x" is invalid-url',
      'what is no URL > "http://:80/" is invalid-url',
    ),
  },
  {
    id: "request-16",
    section: "9110 4.2.2",
    level: "MUST",
    requirement: "What is asked for with https goes and comes by a secured connection only",
    verdict: "followed",
    tests: [
      ...inFile(
        "rfc9112/9.7-tls-connection-initiation",
        "MUST: every octet of HTTP goes as TLS application data, and nothing goes in the clear",
        "MUST: a server that answers in the clear is not answered, and no octet of the request reaches it",
      ),
      ...inFile(
        "scenarios/idle-time",
        "S16 a TLS connection serves the origin that it was opened for, and no other with the same certificate",
      ),
    ],
  },
  {
    id: "request-17",
    section: "9110 4.2.4",
    level: "MUST NOT",
    requirement: "Userinfo goes out neither in a target nor in a field",
    verdict: "followed",
    tests: [
      ...inFile(
        "security/secrets-and-tls",
        "T-secret-redaction: a password in a URL is neither printed nor sent > in what succeeds",
      ),
      ...inFile("api/host-header", "an added Host > for http://user:secret@example.com/ is example.com"),
    ],
  },
  {
    id: "request-18",
    section: "9110 4.2.4",
    level: "SHOULD",
    requirement: "Userinfo in a reference from somebody else is an error",
    verdict: "not concerned",
    reason: "Location and its like are not followed; the caller's own URL is read without its userinfo.",
  },
  {
    id: "request-19",
    section: "9110 4.3.4",
    level: "MUST",
    requirement: "The certificate is for the host of the URL: its DNS names or addresses count, its common name never",
    verdict: "followed",
    tests: inFile("rfc9110/4.3.4-https-certificate-verification", "RFC 9110 4.3.4 https certificate verification > *"),
    reason: "Unless verify: false is asked for.",
  },
  {
    id: "request-20",
    section: "9110 6.2",
    level: "SHOULD",
    requirement: "The version sent is the highest that one keeps to",
    verdict: "followed",
    tests: in3("a request line is method, SP, target, SP, HTTP/1.1, CRLF, and nothing else"),
  },
  {
    id: "request-21",
    section: "9110 6.2",
    level: "MUST NOT",
    requirement: "No version is sent that one does not keep to",
    verdict: "followed",
    tests: in3("a request line is method, SP, target, SP, HTTP/1.1, CRLF, and nothing else"),
  },
];
