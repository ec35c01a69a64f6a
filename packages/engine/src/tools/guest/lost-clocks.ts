/** The number of boots in a row that a busy host can spoil. If more are in vain, there is another cause. */
const mostInVain = 6;

/** Pure. Tells whether the guest should boot again after `times` boots in a row have lost their clock. */
export const isWorthAnotherBoot = (times: number): boolean => times <= mostInVain;

/** The first report of a guest's init, which is about its clock. */
export type ClockReport =
  | { readonly kind: 'silent' }
  | { readonly kind: 'ticks' }
  /** The guest boots again. `times` is the number of boots in a row that have lost their clock. */
  | { readonly kind: 'lost'; readonly times: number };

/** Pure. Returns the report that a guest has written to its status disk. */
export function clockReport(text: string): ClockReport {
  const lost = /^lost-clock (\d{1,3})$/m.exec(text);
  if (lost) return { kind: 'lost', times: Number(lost[1]) };
  return { kind: /^[a-z]/m.test(text) ? 'ticks' : 'silent' };
}

/**
 * Pure. Returns how many boots in a row were in vain, from what the last one wrote to its status disk. The
 * result is 0 if that start was given up.
 */
export function lostClocks(text: string): number {
  const report = clockReport(text);
  return report.kind === 'lost' && isWorthAnotherBoot(report.times) ? report.times : 0;
}
