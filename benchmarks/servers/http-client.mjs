import http from 'node:http';

/** Keep-alive requests to one server on this machine, at most `sockets` at a time. */
export class HttpClient {
  #port;
  #agent;

  constructor(port, sockets = 32) {
    this.#port = port;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  }

  /**
   * Sends one request; `body` is JSON text. Resolves with the status, the headers, the body as text, and `cookie`: the header
   * that sends all set cookies back, '' when none was set. Rejects with Node's error, and after 60 s without an answer.
   */
  send({ method = 'GET', path, cookie, body }) {
    const headers = {};
    if (cookie) headers.cookie = cookie;
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path, headers, timeout: 60_000 };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: text, cookie: cookieOf(response) }),
        );
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${path} had no answer within 60 s.`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

function cookieOf(response) {
  const lines = response.headers['set-cookie'] ?? [];
  return lines.map((line) => line.slice(0, `${line};`.indexOf(';'))).join('; ');
}
