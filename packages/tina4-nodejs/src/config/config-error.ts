import { Tina4Error } from '@tina4/core';

/**
 * Settings that cannot be used. Carries every mistake found, so that one start shows them all; the message has one line
 * each, and never the value of a secret.
 */
export class ConfigError extends Tina4Error {
  /** One sentence each, naming the variable that was really set. */
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super('T4_CONFIG_INVALID', mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}
