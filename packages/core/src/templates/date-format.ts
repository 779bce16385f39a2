type DateFields = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
};

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

type Writer = (fields: DateFields, date: Date, offsetMinutes: number, timeZone: string | undefined) => string | number;

const letters: Readonly<Record<string, Writer>> = {
  d: ({ day }) => two(day),
  j: ({ day }) => day,
  D: ({ weekday }) => (days[weekday] ?? '').slice(0, 3),
  l: ({ weekday }) => days[weekday] ?? '',
  N: ({ weekday }) => weekday || 7,
  w: ({ weekday }) => weekday,
  S: ({ day }) => ordinalEnding(day),
  z: (fields) => dayOfYear(fields),
  W: (fields) => two(isoWeek(fields).week),
  o: (fields) => isoWeek(fields).year,
  m: ({ month }) => two(month),
  n: ({ month }) => month,
  M: ({ month }) => (months[month - 1] ?? '').slice(0, 3),
  F: ({ month }) => months[month - 1] ?? '',
  t: ({ year, month }) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
  L: ({ year }) => Number(new Date(Date.UTC(year, 2, 0)).getUTCDate() === 29),
  Y: ({ year }) => year,
  y: ({ year }) => two(year % 100),
  a: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  A: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  g: ({ hour }) => hour % 12 || 12,
  h: ({ hour }) => two(hour % 12 || 12),
  G: ({ hour }) => hour,
  H: ({ hour }) => two(hour),
  i: ({ minute }) => two(minute),
  s: ({ second }) => two(second),
  v: (_, date) => String(date.getMilliseconds()).padStart(3, '0'),
  u: (_, date) => `${String(date.getMilliseconds()).padStart(3, '0')}000`,
  U: (_, date) => Math.floor(date.getTime() / 1000),
  P: (_fields, _date, offset) => offsetText(offset, ':'),
  O: (_fields, _date, offset) => offsetText(offset, ''),
  Z: (_fields, _date, offset) => offset * 60,
  p: (_fields, _date, offset) => (offset === 0 ? 'Z' : offsetText(offset, ':')),
  e: (_fields, _date, _offset, timeZone) => timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
  T: (_fields, date, _offset, timeZone) => zoneName(date, timeZone),
  r: (fields, _date, offset) =>
    `${(days[fields.weekday] ?? '').slice(0, 3)}, ${two(fields.day)} ${(months[fields.month - 1] ?? '').slice(0, 3)} ${fields.year} ${isoTime(fields)} ${offsetText(offset, '')}`,
  c: (fields, _date, offset) => `${isoDate(fields)}T${isoTime(fields)}${offsetText(offset, ':')}`,
};

/** PHP's letters that are not written here: refused, since they would otherwise be shown as they stand. */
const unknownLetters = new Set('BIxX');

/** strftime's directives as formats of PHP's letters, or as functions where PHP has none. */
const directives: Readonly<Record<string, string | Writer>> = {
  Y: 'Y',
  y: 'y',
  m: 'm',
  d: 'd',
  e: ({ day }) => String(day).padStart(2),
  H: 'H',
  I: 'h',
  k: ({ hour }) => String(hour).padStart(2),
  l: ({ hour }) => String(hour % 12 || 12).padStart(2),
  M: 'i',
  S: 's',
  f: 'u',
  L: 'v',
  p: 'A',
  P: 'a',
  a: 'D',
  A: 'l',
  b: 'M',
  h: 'M',
  B: 'F',
  j: (fields) => String(dayOfYear(fields) + 1).padStart(3, '0'),
  u: 'N',
  w: 'w',
  V: 'W',
  G: 'o',
  z: 'O',
  Z: 'T',
  s: 'U',
  F: 'Y-m-d',
  T: 'H:i:s',
  R: 'H:i',
  D: 'm/d/y',
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
};

/**
 * A date written by PHP's format letters, as Twig's `date` takes them; a backslash keeps the next letter as it is. A
 * format with a percent sign (not behind a backslash) is strftime's: `%Y-%m-%d`. `value` is a Date, ms since the epoch,
 * text that Date understands, or "now"; nothing gives empty text. `timeZone` is an IANA name, and the server's zone
 * when it is left out. Throws for what is not a date, an unknown zone, and a letter of PHP or directive of strftime that
 * is not written here.
 */
export function formatDate(value: unknown, format: string, timeZone?: string): string {
  if (value === undefined || value === null || value === '') return '';
  const date = value === 'now' ? new Date() : new Date(typeof value === 'number' ? value : String(asText(value)));
  if (Number.isNaN(date.getTime())) throw new RangeError(`"${String(value)}" is not a date`);
  const fields = timeZone === undefined ? localFields(date) : fieldsInZone(date, timeZone);
  const asUtc = Date.UTC(fields.year, fields.month - 1, fields.day, fields.hour, fields.minute, fields.second);
  const offsetMinutes = Math.round((asUtc - Math.floor(date.getTime() / 1000) * 1000) / 60_000);
  const write = (writer: Writer) => String(writer(fields, date, offsetMinutes, timeZone));
  const byLetters = (letterFormat: string) =>
    letterFormat.replace(/\\(.)|[a-zA-Z]/gs, (letter, kept) => {
      if (kept !== undefined) return kept;
      if (unknownLetters.has(letter)) throw new RangeError(`date does not write PHP's letter "${letter}"`);
      const writer = Object.hasOwn(letters, letter) ? letters[letter] : undefined;
      return writer === undefined ? letter : write(writer);
    });
  if (!/(?:^|[^\\])%/.test(format)) return byLetters(format);
  return format.replace(/%([\s\S]?)/gu, (whole, name) => {
    const directive = Object.hasOwn(directives, name) ? directives[name] : undefined;
    if (directive === undefined) throw new RangeError(`date does not know "${whole}" of strftime`);
    return typeof directive === 'string' ? byLetters(directive) : write(directive);
  });
}

function zoneName(date: Date, timeZone: string | undefined): string {
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' });
  return formatter.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function asText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function localFields(date: Date): DateFields {
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    weekday: date.getDay(),
  };
}

function fieldsInZone(date: Date, timeZone: string): DateFields {
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(formatter.formatToParts(date).map(({ type, value }) => [type as string, Number(value)]));
  const part = (name: string) => parts.get(name) ?? 0;
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day, hour: part('hour'), minute: part('minute'), second: part('second'), weekday };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function ordinalEnding(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function dayOfYear({ year, month, day }: DateFields): number {
  return Math.round((Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / 86_400_000);
}

/** ISO 8601: the week belongs to the year that its Thursday lies in. */
function isoWeek(fields: DateFields): { week: number; year: number } {
  const thursday = new Date(Date.UTC(fields.year, fields.month - 1, fields.day + 4 - (fields.weekday || 7)));
  const year = thursday.getUTCFullYear();
  return { week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604_800_000) + 1, year };
}

function isoDate({ year, month, day }: DateFields): string {
  return `${year}-${two(month)}-${two(day)}`;
}

function isoTime({ hour, minute, second }: DateFields): string {
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

function offsetText(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
}
