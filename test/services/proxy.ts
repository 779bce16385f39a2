import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess } from './private-process.js';
import { ServiceMissingError } from './service-missing.js';
import { createTempFolder, removeTempFolder } from './temp-folder.js';

export const proxyNames = ['haproxy', 'nginx'] as const;
export type ProxyName = (typeof proxyNames)[number];

/** A running proxy. */
export interface RunningProxy {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Full path of the proxy's program, or undefined. */
export const findProxyProgram = (name: ProxyName): string | undefined => findProgram(name);

/**
 * Starts a proxy that gives each request to the next of `backends`, ports of 127.0.0.1, with connections that it keeps open: no request
 * stays with the one before. Configured as docs/deployment.md says. Rejects with ServiceMissingError where there is none.
 */
export async function startProxy(name: ProxyName, backends: readonly number[]): Promise<RunningProxy> {
  const program = findProxyProgram(name);
  if (program === undefined) throw new ServiceMissingError(`${name} is not installed`);
  const port = await findFreePort();
  const folder = await createTempFolder(name);
  const file = join(folder, `${name}.conf`);
  await writeFile(file, name === 'haproxy' ? haproxyConfig(port, backends) : nginxConfig(port, backends));
  const args = name === 'haproxy' ? ['-db', '-f', file] : ['-p', folder, '-c', file, '-e', join(folder, 'error.log')];
  const process = await PrivateProcess.start(program, args, { folder, log: name });
  const url = `http://127.0.0.1:${port}`;
  await process.waitUntil(async () => (await fetch(url)).status > 0);
  return {
    url,
    stop: async () => {
      await process.end('SIGTERM', 1000);
      await removeTempFolder(folder);
    },
  };
}

function haproxyConfig(port: number, backends: readonly number[]): string {
  return `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option redispatch 1
frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
  option httpchk GET /health
  default-server check inter 500ms fall 1 rise 1
${backends.map((backend) => `  server app${backend} 127.0.0.1:${backend}\n`).join('')}`;
}

function nginxConfig(port: number, backends: readonly number[]): string {
  return `daemon off;
worker_processes 1;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream app {
${backends.map((backend) => `    server 127.0.0.1:${backend} max_fails=0;\n`).join('')}    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Connection "";
    }
  }
}
`;
}
