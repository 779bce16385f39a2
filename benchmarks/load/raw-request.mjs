/** The bytes of a request, as text; what wrk and the in-process connection send. */
export function rawRequest({ method, path, cookie, body }) {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1'];
  if (cookie) head.push(`Cookie: ${cookie}`);
  if (body !== undefined) head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
