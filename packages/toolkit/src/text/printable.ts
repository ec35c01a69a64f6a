/** What moves a terminal's cursor or changes it otherwise: C0 but tab and line feed, DEL, C1; and what reorders text (UAX #9). */
const harmful = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const controls = new RegExp(`${control.source}+`, 'g');

/** Pure. Text of others, such as a registry's, a guest's or a manifest's, on one line, where it cannot move the cursor. */
export const printable = (text: string): string =>
  control.test(text) ? text.replaceAll(controls, ' ') : text;

/** Pure. Text of several lines in which what a terminal would act upon is told as JSON escapes it. */
export const escaped = (text: string): string =>
  text.replace(harmful, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Pure. What is written for a terminal to act upon: of the template the words between the braces are ours, and reach it
 * as they are; what is put into the braces is text of others, and is escaped.
 */
export const forTerminal = (ours: TemplateStringsArray, ...texts: readonly string[]): Uint8Array =>
  Buffer.from(String.raw({ raw: ours }, ...texts.map(escaped)));
