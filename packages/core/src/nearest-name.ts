/** Names of this length or shorter have to be closer: almost any word of four letters is two letters away from another one. */
const SHORT = 4;

/**
 * The one of `names` that `name` was probably meant to be, for "Did you mean …?": at most two letters inserted, removed, replaced or
 * swapped with their neighbour, one in short names; case does not count. Undefined when none is that close. Takes a time that
 * grows with the product of lengths, so it is for names that developers write, never for what a client sent.
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let least = wanted.length <= SHORT ? 2 : 3;
  for (const candidate of names) {
    const distance = distanceOf(wanted, candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

/** `. Did you mean X?` where there is one, else the end of the sentence alone. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? '.' : `. Did you mean ${nearest}?`;
}

function distanceOf(a: string, b: string): number {
  // Rows of the usual table: before the last one, the last one, the one that is filled.
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(beforeLast, j - 2) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
