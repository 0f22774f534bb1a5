# The worker beside this file, for workerd. `run.mjs` builds worker.js and codec.wasm next to a copy of this file, and
# puts the origin's address in.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .example),
    # Private networks are closed to workers unless they are opened here; the origin listens on loopback.
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const example :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "codec.wasm", wasm = embed "codec.wasm"),
  ],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "Keeper", uniqueKey = "keeper")],
  durableObjectStorage = (inMemory = void),
  bindings = [
    (name = "KEEPER", durableObjectNamespace = "Keeper"),
    (name = "ORIGIN", text = "@ORIGIN@"),
  ],
);
