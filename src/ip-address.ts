// IP addresses: whether a text is one, and its octets. The runtime's own URL parser knows them all. A leaf.

/** Four decimal numbers up to 255, without leading zeros (RFC 6943 section 3.1.1: what has them is read in two ways). */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** What an IPv6 address is made of, and a zone (RFC 4007 section 11) behind it. */
const IPV6 = /^([\da-f:.]*:[\da-f:.]*)(?:%[\w.-]+)?$/i;

/** Behind this comes an IPv4 address (RFC 4291 section 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/** What ends in a number is an IPv4 address or nothing: `127.0.0.1`, `0x7f.1`, `10.0.0.1.` */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;

/** The 4 or 16 octets of an IP address without brackets, its zone left away; null for a name. */
export function addressOctets(host: string): Uint8Array<ArrayBuffer> | null {
  const isLiteral = host.includes(":");
  if (!isLiteral && !ENDS_IN_NUMBER.test(host)) return null;
  const url = `http://${isLiteral ? `[${host.replace(/%.*$/, "")}]` : host}/`;
  if (!globalThis.URL.canParse(url)) return null;
  const { hostname } = new globalThis.URL(url);
  return Uint8Array.from(isLiteral ? octetsOfIPv6(hostname.slice(1, -1)) : hostname.split(".").map(Number));
}

/** Are these the octets of an IPv4 address within IPv6? */
export function isMapped(octets: Uint8Array): boolean {
  return octets.length === 16 && MAPPED.every((octet, i) => octet === octets[i]);
}

// The parser writes groups in hexadecimal digits, and "::" for a run of zeros.
function octetsOfIPv6(text: string): number[] {
  const [front = [], back = []] = text.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const groups = [...front, ...Array<string>(8 - front.length - back.length).fill("0"), ...back];
  return groups.map((group) => Number.parseInt(group, 16)).flatMap((group) => [group >> 8, group & 0xff]);
}

/** 4 or 6; null for what is no IP address. IPv6 has no brackets, and may have a zone. */
export function familyOf(text: string): 4 | 6 | null {
  if (IPV4.test(text)) return 4;
  const [, address] = IPV6.exec(text) ?? [];
  // The runtime's own parser judges the rest.
  return address !== undefined && globalThis.URL.canParse(`http://[${address}]/`) ? 6 : null;
}
