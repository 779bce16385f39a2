import process from 'node:process';
import { Duplex } from 'node:stream';

/**
 * Answers requests over a connection that exists in memory only: node's parser, the framework and node's writer run as always,
 * the kernel does not. `requests` are raw HTTP texts, sent in turn, one at a time, until `count` were answered.
 * Resolves with the CPU time of one, in microseconds. Rejects when an answer is not 200.
 */
export async function answerInProcess(server, { requests, count }) {
  const connection = new MemoryConnection();
  const bytes = requests.map((text) => Buffer.from(text));
  server.emit('connection', connection);
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) await connection.exchange(bytes[index % bytes.length]);
  const { user, system } = process.cpuUsage(before);
  connection.destroy();
  return (user + system) / count;
}

/** What http.Server takes for a socket. It only looks for the end of each answer. */
class MemoryConnection extends Duplex {
  remoteAddress = '127.0.0.1';
  #answered;
  #failed;
  /** Bytes of the current answer that are still to come; undefined before its head, Infinity when it comes in chunks. */
  #missing;

  exchange(request) {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#missing = undefined;
      this.push(request);
    });
  }

  _read() {}

  _write(chunk, _encoding, done) {
    this.#take(chunk);
    done();
  }

  _writev(chunks, done) {
    for (const { chunk } of chunks) this.#take(chunk);
    done();
  }

  #take(chunk) {
    if (this.#missing === undefined) this.#readHead(chunk);
    else this.#missing -= chunk.length;
    const isLastChunk = this.#missing === Infinity && chunk.subarray(-5).toString('latin1') === '0\r\n\r\n';
    // The writer must be done with this answer before the next request comes.
    if (this.#missing <= 0 || isLastChunk) setImmediate(this.#answered);
  }

  /** Node writes the head in one piece. */
  #readHead(chunk) {
    const text = chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (!text.startsWith('HTTP/1.1 200') || end < 0)
      return this.#failed(new Error(`Not an answer: ${text.slice(0, 200)}`));
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text);
    this.#missing = length === null ? Infinity : Number(length[1]) - (chunk.length - end - 4);
  }

  setTimeout() {
    return this;
  }
  setNoDelay() {
    return this;
  }
  setKeepAlive() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  destroySoon() {
    this.destroy();
  }
}
