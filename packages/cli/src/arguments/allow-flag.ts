import type { Flag, FlagValues } from './command.ts';
import { usageError } from './usage-error.ts';

/** The flag with which what comes from elsewhere is allowed resources of this host. */
export const allowFlag = (help: string): Flag => ({ type: 'list', value: 'KIND=VALUE', help });

/** @throws CodedError USAGE_INVALID */
export function allowedOf(flags: FlagValues): readonly string[] {
  const allow = flags.list('allow');
  const wrong = allow.find((text) => !/^[a-z]+=./.test(text));
  if (wrong !== undefined)
    throw usageError(`--allow ${wrong}: not a resource of this host`, 'use KIND=VALUE, such as volume=db');
  return allow;
}
