/** What text is made harmless for, by Twig's names. */
export type EscapingStrategy = 'html' | 'js' | 'html_attr' | 'css' | 'url';

/**
 * Where a text may be printed as it is: where one strategy is in force, or everywhere. `json` may stand in a script
 * element as it is and is escaped like any other text elsewhere.
 */
export type SafePlace = EscapingStrategy | 'json' | 'all';

/** Text that was escaped already, or that its author vouches for. It has the methods of text. */
export class SafeText extends String {
  readonly safeIn: SafePlace;

  constructor(text: string, safeIn: SafePlace) {
    super(text);
    this.safeIn = safeIn;
  }

  /**
   * Whether automatic escaping leaves the text alone. What js, css, url and html_attr write has no character that means
   * something between tags or inside of quotes, so that HTML does not have to escape it again.
   */
  isSafeFor(strategy: EscapingStrategy): boolean {
    return this.safeIn === strategy || this.safeIn === 'all' || (strategy === 'html' && this.safeIn !== 'json');
  }
}
