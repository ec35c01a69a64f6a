import { CodedError } from '../errors/coded-error.ts';

/**
 * Pure. Puts values in the place of `${NAME}` and `${NAME:-otherwise}`; `$${` stands for `${`. Values hold no line
 * breaks, so they cannot add lines to a manifest.
 * @throws CodedError VARIABLE_MISSING
 */
export function substitute(text: string, values: Readonly<Record<string, string>>, file: string): string {
  return text.replaceAll(
    /\$?\$\{([A-Za-z_]\w*)(?::-([^}\n]*))?\}/g,
    (whole, name: string, otherwise?: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const value = Object.hasOwn(values, name) ? values[name] : otherwise;
      if (value !== undefined) return value;
      throw new CodedError('VARIABLE_MISSING', `${file}: the variable "${name}" has no value`, {
        hint: 'give it one in the Sync, or write ${NAME:-default}; $${ stands for itself',
      });
    },
  );
}
