/** Log odds of a probability, which is limited to 1e-4 to 1 - 1e-4. */
export function logOdds(p: number): number {
  const inside = Math.min(Math.max(p, 1e-4), 1 - 1e-4);
  return Math.log(inside / (1 - inside));
}
