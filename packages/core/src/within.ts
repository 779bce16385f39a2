/**
 * Settles as `work` does. When that takes longer than `ms`, it settles as `onLate` does, which returns a value in place of the
 * other or throws; what becomes of `work` then is nobody's concern.
 */
export async function within<Result, Late>(
  ms: number,
  work: Promise<Result>,
  onLate: () => Late,
): Promise<Result | Late> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([work, deadline.then(onLate)]);
  } finally {
    clearTimeout(timer);
  }
}
