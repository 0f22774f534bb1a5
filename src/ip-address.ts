// IP addresses as octets, whatever their spelling: the runtime's own URL parser knows them all. A leaf.

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
