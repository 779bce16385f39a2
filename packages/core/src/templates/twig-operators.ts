/** An operator between two operands. `node` is nunjucks' node for it, or a function of our runtime. */
export type Operator = { binding: number; rightToLeft?: true; node: string };

/**
 * Operators between two operands; the higher binding holds its operands tighter. The order is Jinja's, which users
 * of nunjucks know: `not` is looser than comparisons and `~` looser than `+`. `??` and `is` are as tight as in Twig.
 */
const binaryOperators: Readonly<Record<string, Operator>> = {
  or: { binding: 1, node: 'Or' },
  and: { binding: 2, node: 'And' },
  '==': { binding: 4, node: 'Compare' },
  '===': { binding: 4, node: 'Compare' },
  '!=': { binding: 4, node: 'Compare' },
  '!==': { binding: 4, node: 'Compare' },
  '<': { binding: 4, node: 'Compare' },
  '>': { binding: 4, node: 'Compare' },
  '<=': { binding: 4, node: 'Compare' },
  '>=': { binding: 4, node: 'Compare' },
  '<=>': { binding: 4, node: 'spaceship' },
  starts: { binding: 4, node: 'startsWith' },
  ends: { binding: 4, node: 'endsWith' },
  matches: { binding: 4, node: 'matches' },
  in: { binding: 4, node: 'In' },
  not: { binding: 4, node: 'In' },
  '..': { binding: 5, node: 'range' },
  '~': { binding: 6, node: 'concat' },
  '+': { binding: 7, node: 'Add' },
  '-': { binding: 7, node: 'Sub' },
  '*': { binding: 8, node: 'Mul' },
  '/': { binding: 8, node: 'Div' },
  '//': { binding: 8, node: 'FloorDiv' },
  '%': { binding: 8, node: 'Mod' },
  is: { binding: 9, node: 'Is' },
  '**': { binding: 10, rightToLeft: true, node: 'Pow' },
  '??': { binding: 11, rightToLeft: true, node: 'nullish' },
};

/** How tight `not` holds what follows it. */
export const notBinding = 3;

/** The operator that a token stands for, or undefined. */
export function binaryOperator(text: string): Operator | undefined {
  return Object.hasOwn(binaryOperators, text) ? binaryOperators[text] : undefined;
}
