import { CodedError } from '../errors/coded-error.ts';

/**
 * Pure. Puts values in the place of `${NAME}` and `${NAME:-otherwise}`; `$${` stands for `${`. Values hold no line
 * breaks, so they cannot add lines to a manifest.
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
  // By pieces that end with what can end a variable: no beginning of one then looks beyond the next end.
  return text.replaceAll(/[^}\n]*(?:\}|\n|$)/g, (piece) =>
    piece.endsWith('}') ? piece.replace(/\$?\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}$/, fill) : piece,
  );
}
