// Where a request ends, for scripted servers: by Content-Length or by chunks (RFC 9112 section 6). What a client sends
// is taken to be right; tests that doubt it look at the octets themselves.

/** The index behind the request that starts at `start` of `text`; null while it is incomplete. */
export function requestEnd(text: string, start: number): number | null {
  const blank = text.indexOf("\r\n\r\n", start);
  if (blank < 0) return null;
  const head = text.slice(start, blank + 2);
  const end = blank + 4;
  if (/\r\ntransfer-encoding:/i.test(head)) return chunksEnd(text, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return text.length < end + length ? null : end + length;
}

function chunksEnd(text: string, start: number): number | null {
  for (let at = start; ; ) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) {
      if (text.startsWith("\r\n", line + 2)) return line + 4;
      const blank = text.indexOf("\r\n\r\n", line);
      return blank < 0 ? null : blank + 4;
    }
    at = line + 2 + size + 2;
    if (text.length < at) return null;
  }
}
