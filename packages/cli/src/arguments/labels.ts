import type { FlagValues } from './command.ts';
import { usageError } from './usage-error.ts';

/** The labels that a flag gives, each as `KEY=VALUE`. @throws CodedError USAGE_INVALID */
export const labelsOf = (flags: FlagValues, flag: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    flags.list(flag).map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw usageError(`--${flag} ${JSON.stringify(text)}: not a label`, `use --${flag} KEY=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
