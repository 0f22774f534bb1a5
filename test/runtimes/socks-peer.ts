// A SOCKS5 proxy for the suite. It asks for the account `user:password` when user and password are offered, answers octet
// by octet, and leads to this machine, whatever host is asked for; but for `refused.example`, which it refuses.

import { once } from "node:events";
import net from "node:net";

const REFUSED = "refused.example";

export async function listenSocks(): Promise<{ origin: string; close(): void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `socks5://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function serve(socket: net.Socket): Promise<void> {
  const take = async (size: number): Promise<Buffer> => {
    for (;;) {
      const octets = socket.read(size) as Buffer | null;
      if (octets !== null || size === 0) return octets ?? Buffer.alloc(0);
      await once(socket, "readable");
    }
  };
  const sized = async (): Promise<string> => (await take((await take(1))[0] ?? 0)).toString("latin1");
  const answer = async (...octets: number[]): Promise<void> => {
    for (const octet of octets) {
      socket.write(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await take(1);
  const method = (await sized()).charCodeAt(0);
  await answer(5, method);
  if (method === 2) {
    await take(1);
    const account = `${await sized()}:${await sized()}`;
    await answer(1, account === "user:password" ? 0 : 1);
    if (account !== "user:password") return void socket.end();
  }
  const kind = (await take(4))[3];
  const host = kind === 3 ? await sized() : String(await take(kind === 1 ? 4 : 16));
  const port = (await take(2)).readUInt16BE();
  if (host === REFUSED) {
    await answer(5, 5, 0, 1, 0, 0, 0, 0, 0, 0);
    return void socket.end();
  }
  await answer(5, 0, 0, 1, 127, 0, 0, 1, 0, 1);
  const upstream = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  upstream.on("error", () => socket.destroy());
  socket.once("close", () => upstream.destroy());
  socket.pipe(upstream);
  upstream.pipe(socket);
}
