// nginx, configured for what is tested here; haproxy stands in front of it, too.

import { type Daemon, type Place, startDaemon } from "./daemon.ts";
import { NGINX } from "./program.ts";
import { SITE, tlsFiles } from "./site.ts";
import type { WebServer } from "./web-server-cases.ts";

export interface NginxServer extends WebServer {
  readonly daemon: Daemon;
}

/** Octets that `/small/` takes at most. */
export const SMALL = 1000;
/** Milliseconds after which nginx closes an idle connection that has asked for `/brief/`. */
export const BRIEF = 20;

export async function startNginx(): Promise<NginxServer> {
  const { files, ca } = await tlsFiles();
  const daemon = await startDaemon(NGINX, 2, (place) => ({
    files: { ...SITE, ...files, "nginx.conf": configuration(place), "temporary/": "", "uploads/": "" },
    options: ["-c", `${place.folder}/nginx.conf`, "-e", "stderr"],
  }));
  const [plain, secure] = daemon.ports;
  return { daemon, ca, origin: `http://127.0.0.1:${plain}`, secureOrigin: `https://127.0.0.1:${secure}` };
}

function configuration({ folder, ports: [plain, secure] }: Place): string {
  return `
daemon off;
worker_processes 2;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 512; }
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path ${folder}/temporary/body;
  proxy_temp_path ${folder}/temporary/proxy;
  fastcgi_temp_path ${folder}/temporary/fastcgi;
  uwsgi_temp_path ${folder}/temporary/uwsgi;
  scgi_temp_path ${folder}/temporary/scgi;
  ssl_certificate ${folder}/tls/cert.pem;
  ssl_certificate_key ${folder}/tls/key.pem;
  add_header X-Connection $connection always;
  server {
    listen 127.0.0.1:${plain};
    listen 127.0.0.1:${secure} ssl;
    root ${folder}/site;
    location /three/ { alias ${folder}/site/; keepalive_requests 3; }
    location /brief/ { alias ${folder}/site/; keepalive_timeout ${BRIEF}ms; }
    location /told/ { alias ${folder}/site/; keepalive_timeout 60s 2s; }
    location /closing/ { alias ${folder}/site/; keepalive_timeout 0; }
    location /chunked/ { alias ${folder}/site/; ssi on; ssi_types *; }
    location /gzip/ { alias ${folder}/site/; gzip on; gzip_types *; }
    location /gzip-static/ { alias ${folder}/site/; gzip_static on; }
    location /echo { return 200 "$request|$http_host|$http_x_name|$http_user_agent|$http_accept"; }
    location /upload/ { alias ${folder}/uploads/; dav_methods PUT DELETE; client_max_body_size 64m; }
    location /small/ { alias ${folder}/uploads/; dav_methods PUT; client_max_body_size ${SMALL}; }
    location = /204 { return 204; }
    location = /444 { return 444; }
  }
}`;
}
