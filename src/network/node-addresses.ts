// The IP addresses of a host, in the order in which they are to be tried: its own if it is one, else by the caller's
// `resolve`, else by the system.
//
// The system is asked for all, in its own order (RFC 6724), which takes its hosts file and the like into account.

import process from "node:process";
import { familyOf } from "../ip-address.ts";
import { wrongType } from "../own-properties.ts";
import type { ConnectOptions, SocketOptions } from "./network.ts";

/** Every option is given, so that nothing on Object.prototype is taken. */
const ALL = { all: true, family: 0, hints: 0, verbatim: true, order: "verbatim" } as const;

/**
 * At least one address, all of the family of `socket.localAddress` where that is given. Rejects with what `resolve`
 * threw, with a TypeError for what it gave that is no list of addresses, with the system's error, or with the reason of
 * `signal`.
 */
export async function addressesOf({ host, socket, signal }: ConnectOptions): Promise<readonly string[]> {
  signal.throwIfAborted();
  const { localAddress, resolve } = socket;
  const all = familyOf(host) === null ? await unlessAborted(lookUp(host, resolve), signal) : [host];
  if (localAddress === null) return all;
  const family = familyOf(localAddress);
  const reachable = all.filter((address) => familyOf(address) === family);
  if (reachable.length > 0) return reachable;
  throw new Error(`${host} has no IPv${family} address to be reached from ${localAddress}`);
}

async function lookUp(host: string, resolve: SocketOptions["resolve"]): Promise<readonly string[]> {
  if (resolve !== null) return checkAddresses(await resolve(host));
  return new Promise((found, reject) => {
    process.getBuiltinModule("node:dns").lookup(host, ALL, (error, addresses) => {
      if (error) reject(error);
      else found(addresses.map(({ address }) => address));
    });
  });
}

function checkAddresses(given: unknown): readonly string[] {
  if (!Array.isArray(given)) throw wrongType("what 'resolve' gives", "an array of IP addresses", given);
  if (given.length === 0) throw new TypeError("'resolve' gave no address");
  for (const address of given) {
    if (typeof address !== "string") throw wrongType("each of what 'resolve' gives", "an IP address", address);
    if (familyOf(address) === null) throw new TypeError(`'resolve' gave ${JSON.stringify(address)}, no IP address`);
  }
  return [...given];
}

// A look-up cannot be stopped; what it finds after an abort has nobody to go to.
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
