const control = /[\u0000-\u001f\u007f-\u009f]/;
const controls = new RegExp(`${control.source}+`, 'g');

/** Pure. Text of others, such as a registry's, a guest's or a manifest's, on one line, where it cannot move the cursor. */
export const printable = (text: string): string =>
  control.test(text) ? text.replaceAll(controls, ' ') : text;
