import { CodedError } from '../errors/coded-error.ts';

/**
 * Pure. Substitutes `${NAME}` and `${NAME:-default}`; `$${` stands for `${`. Values have no line breaks, so
 * they cannot add lines to a manifest.
 * @throws CodedError VARIABLE_MISSING
 */
export function substitute(text: string, values: Readonly<Record<string, string>>, file: string): string {
  const fill = (whole: string, name: string, otherwise?: string): string => {
    if (whole.startsWith('$$')) return whole.slice(1);
    const value = Object.hasOwn(values, name) ? values[name] : otherwise;
    if (value !== undefined) return value;
    throw new CodedError('VARIABLE_MISSING', `${file}: variable "${name}" has no value`, {
      hint: 'set it in the Sync, or use ${NAME:-default}; use $${ for a literal ${',
    });
  };
  // The text is split after each possible end of a variable, so that no search for an end looks further than
  // the next one.
  return text.replaceAll(/[^}\n]*(?:\}|\n|$)/g, (piece) =>
    piece.endsWith('}') ? piece.replace(/\$?\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}$/, fill) : piece,
  );
}
