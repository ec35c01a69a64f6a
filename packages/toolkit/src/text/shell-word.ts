/** Pure. Returns any text as one word for a POSIX shell, in quotes. */
export const quotedWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Pure. Returns any text as one word for a POSIX shell, in quotes only if it needs them. */
export const shellWord = (text: string): string => (/^[\w./:=@%+,-]+$/.test(text) ? text : quotedWord(text));
