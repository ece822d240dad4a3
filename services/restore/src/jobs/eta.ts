/**
 * Seconds that are left, from how far the work came in which time; null before anything can be said.
 *
 * @param elapsedMillis since the work began
 */
export function etaSeconds(done: number, total: number, elapsedMillis: number): number | null {
  if (done <= 0 || elapsedMillis <= 0) {
    return null;
  }
  return Math.max(0, Math.round((((total - done) / done) * elapsedMillis) / 1000));
}
