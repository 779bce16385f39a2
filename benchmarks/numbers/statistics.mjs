/** The middle of the numbers. */
export function median(numbers) {
  return quantile(numbers, 0.5);
}

/** The number below which the share `share` of them lies, interpolated between neighbours. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  return below + (sorted[Math.ceil(position)] - below) * (position % 1);
}

/**
 * The geometric mean of ratios with its 95 % interval, by Student's t on their logarithms: a round that is twice as slow and one
 * that is twice as fast cancel out. With a single ratio the interval is unknown: `low` and `high` are undefined.
 */
export function ratioWithInterval(ratios) {
  const logs = ratios.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  if (logs.length < 2) return { value: Math.exp(mean), low: undefined, high: undefined };
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  const reach = studentT(logs.length - 1) * Math.sqrt(variance / logs.length);
  return { value: Math.exp(mean), low: Math.exp(mean - reach), high: Math.exp(mean + reach) };
}

/** Two-sided 95 %: beyond the table the value for its last row is a little too wide, which is the safe side. */
function studentT(degrees) {
  return T_95[Math.min(degrees, T_95.length) - 1];
}

const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
