/**
 * Every code of this package with the sentence that docs/errors.md shows. Codes are stable and never reused.
 * A test compares this table with the codes that the sources use.
 */
export const CORE_ERROR_CODES = {
  T4_ANSWER_NOT_DATA:
    'An answer was given what cannot be sent, such as a Map, or a Promise inside of the data (500). The message names route and key.',
  T4_AUTH_KEY_FILE: 'The file with the signing key cannot be read or written, or holds no key. The message names it.',
  T4_AUTH_KNOWN_SECRET: 'Tokens are signed with a secret that everybody knows. Set TINA4_SECRET.',
  T4_AUTH_PASSWORD: 'A password to hash is no text, or empty.',
  T4_AUTH_PAYLOAD: 'The payload of a token must be an object that JSON can carry.',
  T4_BODY_CHARSET: 'The body is text in a charset that is not read (415). Send UTF-8, US-ASCII or ISO-8859-1.',
  T4_BODY_CUT_SHORT: 'The connection ended before the body was complete (400).',
  T4_BODY_ENCODING: 'The body has a Content-Encoding that is not accepted (415). Send it uncompressed.',
  T4_BODY_JSON: 'The body says it is JSON and is not, or nests more than 1,000 levels (400).',
  T4_BODY_MULTIPART: 'A multipart body is broken, or a part of it has no name (400).',
  T4_BODY_READ_BEFORE: 'A server in front of the app read the body and left nothing in its `body` (500).',
  T4_BODY_TOO_LARGE:
    'The body has more bytes, fields, files or JSON values than a setting allows; the answer names it (413).',
  T4_CLIENT_GONE: 'The reason of `req.signal` when the client hung up.',
  T4_CONFIG_INVALID: 'Settings are wrong. The message lists all of them, and the server does not start.',
  T4_BODY_TAKEN:
    'A middleware wants to read a body that was read already. Leave it to the middleware: route.leaveBody() (500).',
  T4_CONNECT_NEEDED:
    "Middleware made for Node's own objects was given ours, and would not work. Wrap it: connect(middleware).",
  T4_CONNECT_NEXT: "A middleware in connect() called next('route') or next('router'), which has no meaning here (500).",
  T4_CONNECT_REROUTED:
    'A middleware in connect() changed the method or the URL after the route was chosen. Put it in front of the app (500).',
  T4_COOKIE_INVALID: 'A cookie of the app has a name, value or attribute that browsers refuse (500).',
  T4_FILE_HIDDEN: 'The path names a dot file; those are never served (403).',
  T4_HANDLER_NO_ANSWER: 'An async handler ended without an answer (500). Return one.',
  T4_HEADER_INVALID:
    'A header of the app has a name or a value that HTTP cannot carry, such as a line break, or frames the answer itself (500).',
  T4_HOST_UNKNOWN: 'The request names a host that the app does not answer to (421). List it in TINA4_ALLOWED_HOSTS.',
  T4_LOG_FILE: 'The log file cannot be written; lines go on to the terminal.',
  T4_MIDDLEWARE_AMBIGUOUS: 'Two functions in different files have the middleware name that a route uses. Rename one.',
  T4_MIDDLEWARE_ARGUMENT: 'What stands behind the colon of a middleware name cannot be used. The start is stopped.',
  T4_MIDDLEWARE_CLASS: 'A class used as middleware has no static method named before… or after…. The start is stopped.',
  T4_MIDDLEWARE_NEXT_ARGUMENT:
    "A middleware gave next() something that is neither a request nor an error, such as 'route'. The handler does not run (500).",
  T4_MIDDLEWARE_NEXT_TWICE: 'A middleware called next() twice (500).',
  T4_MIDDLEWARE_NO_ANSWER: 'An async middleware neither called next() nor answered (500).',
  T4_MIDDLEWARE_UNDEFINED:
    'Something that is undefined stands where middleware belongs, often for a mistyped import. The start is stopped.',
  T4_MIDDLEWARE_UNKNOWN:
    'A route names middleware that does not exist. It may be an access check, so the start is stopped.',
  T4_REDIRECT_INVALID: 'A redirect has no address, or a status that redirects nobody (500).',
  T4_REQUEST_TIMEOUT: 'A callback-style handler gave no answer within TINA4_REQUEST_TIMEOUT (500).',
  T4_ROUTE_ACCESS: 'role() or can() was given nothing, or something that is no text. The start is stopped.',
  T4_ROUTE_ANNOTATION: 'A doc comment above a route has an annotation that cannot be honoured.',
  T4_ROUTE_GROUP: 'A group has no function that registers its routes, or an async one.',
  T4_ROUTE_HANDLER: 'A route was registered without a function as its handler.',
  T4_ROUTE_PATTERN: 'A path pattern cannot be understood. The message says what is wrong with it.',
  T4_SERVER_STOPPING: 'The reason of `req.signal` in an answer that streams when the server stops. End the stream.',
  T4_SESSION_ENGINE_MISSING: 'An app that was made without a session engine used req.session.',
  T4_STATUS_INVALID: 'A status to answer with is not a whole number from 200 to 599.',
  T4_TEMPLATES_MISSING: 'A template is to be rendered and there is no template folder.',
  T4_TEMPLATE_NOT_FOUND: 'There is no template of that name in src/templates.',
  T4_TEMPLATE_OUTSIDE: 'A template name leads out of the template folder.',
  T4_TEMPLATE_RENDER: 'A template failed while it was rendered. The message names template and line.',
  T4_TEMPLATE_SYNTAX: 'A template cannot be compiled. The message names template and line.',
  T4_TEST_NO_ANSWER: 'A request of a test got no complete answer in time.',
  T4_UPLOAD_CONTENT: 'An upload over 1 MiB is on disk only. Read it from file.tmpPath.',
  T4_URL_INVALID:
    'The target of the request is no path, or holds what none may: broken encoding, a segment . or .., a NUL, a # (400).',
} as const satisfies Readonly<Record<string, string>>;
