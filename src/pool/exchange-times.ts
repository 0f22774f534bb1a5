// When an exchange got where: `response.extensions.timings`.

/** Moments of an exchange, in milliseconds from the call on; null for what was not needed, or has not come yet. */
export class ExchangeTimes {
  /** A connection was free for it, or there was room for a new one. */
  queued: number | null = null;
  /** TCP stood, to the origin or to its proxy; null on a connection that was there already, as `tls`. */
  connect: number | null = null;
  /** The last TLS stood: with the origin, or with the proxy where there is none with the origin. */
  tls: number | null = null;
  /** The network had the last octet of the request. */
  requestSent: number | null = null;
  /** The first octets of a response came, interim ones included. */
  firstByte: number | null = null;
  /** The last octet of the response came. */
  end: number | null = null;
}
