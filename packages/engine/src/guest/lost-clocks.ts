/** So many boots in vain are not the host's being busy. */
const mostInVain = 6;

/** Pure. Whether a boot that has lost its clock is to be followed by another. */
export const isWorthAnotherBoot = (times: number): boolean => times <= mostInVain;

/** What a guest's init has told first, of its clock. */
export type ClockReport =
  | { readonly kind: 'silent' }
  | { readonly kind: 'ticks' }
  /** It starts again; `times` is how often it has done so in a row. */
  | { readonly kind: 'lost'; readonly times: number };

/** Pure. Out of what is on the disk that a guest reports to. */
export function clockReport(text: string): ClockReport {
  const lost = /^lost-clock (\d{1,3})$/m.exec(text);
  if (lost) return { kind: 'lost', times: Number(lost[1]) };
  return { kind: /^[a-z]/.test(text) ? 'ticks' : 'silent' };
}

/** Pure. How many boots in a row were in vain, when the last one left this; 0 when that is a start that was given up. */
export function lostClocks(text: string): number {
  const report = clockReport(text);
  return report.kind === 'lost' && isWorthAnotherBoot(report.times) ? report.times : 0;
}
