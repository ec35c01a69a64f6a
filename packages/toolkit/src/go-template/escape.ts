import { codePoints, isPrintable } from './go-string.ts';

const html: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

export const escapeHtml = (text: string): string => text.replaceAll(/[\0"'&<>]/g, (char) => html[char]!);

/** For use inside a JavaScript string, also one inside HTML. */
export function escapeJs(text: string): string {
  return codePoints(text)
    .map((char) => {
      if (char === '\\' || char === "'" || char === '"') return `\\${char}`;
      if (/[<>&=]/.test(char) || char < ' ' || (char > '~' && !isPrintable(char)))
        return `\\u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
      return char;
    })
    .join('');
}

/** For use as a value in the query of a URL: a blank becomes `+`. */
export const escapeQuery = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
