/** What a page says to a visitor who is no programmer: what happened, and what to do now. */
const TEXTS: Readonly<Record<number, string>> = {
  400: 'This request was not understood. Go back and try again.',
  401: 'Please log in first.',
  403: 'This is not allowed.',
  404: 'Not found',
  405: 'This address cannot be used in this way.',
  408: 'This took too long. Try again.',
  409: 'This was changed in the meantime, perhaps in another tab. Go back, reload the page and try again.',
  413: 'What you sent is too large.',
  415: 'This kind of content is not accepted.',
  429: 'These were too many requests in a short time. Wait a moment and try again.',
  500: 'Something went wrong on our side. Try again in a moment.',
  501: 'This cannot be done here yet.',
  502: 'Something went wrong on our side. Try again in a moment.',
  503: 'This is not available right now. Try again in a moment.',
  504: 'This took too long on our side. Try again in a moment.',
};

/** The text for a status, whatever led to it. */
export function visitorText(status: number): string {
  return TEXTS[status] ?? (TEXTS[status >= 500 ? 500 : 400] as string);
}
