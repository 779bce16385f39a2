import process from 'node:process';

/** One line on a terminal that is written over, for work that may take long. Shows nothing where stderr is no terminal. */
export class Progress {
  readonly #unit: string;
  readonly #isShown = process.stderr.isTTY === true;

  /** `unit` follows the number: `entries read`. */
  constructor(unit: string) {
    this.#unit = unit;
  }

  readonly show = (count: number): void => {
    if (this.#isShown) process.stderr.write(`\r${count} ${this.#unit}`);
  };

  clear(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K');
  }
}

/** What `work` gives. When it takes longer than a second, a terminal shows the seconds: `3 s of compiling`. */
export async function withSeconds<Result>(unit: string, work: Promise<Result>): Promise<Result> {
  const progress = new Progress(`s of ${unit}`);
  let seconds = 0;
  // Does not keep a process alive whose work can never end.
  const timer = setInterval(() => progress.show(++seconds), 1000).unref();
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (seconds > 0) progress.clear();
  }
}
