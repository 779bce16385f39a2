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
