/**
 * Every code of this package with the sentence that docs/errors.md shows. Codes are stable and never reused.
 * A test compares this table with the codes that the sources use.
 */
export const TINA4_ERROR_CODES = {
  T4_IMPORT_MISSING:
    'A file of the app imports a name that its module does not export, often a mistyped one. The message has file and line.',
  T4_NOT_BUILT: 'A name was used that Tina4 has and this framework does not have yet. See docs/compatibility.md.',
  T4_ROUTE_METADATA: 'A text of one word stands before the handler of a route, where a summary or metadata may stand.',
  T4_TEST_NAME_TAKEN: 'A method of a test class hides one that sends requests, such as testGet. Rename it.',
  T4_TEST_NOT_JSON: 'A test asked for the JSON of an answer that is something else.',
  T4_TEST_TIMEOUT: 'A test, or one of its hooks, did not end in time.',
} as const satisfies Readonly<Record<string, string>>;
