import type { Arch } from '@ignite/api/v1/arch';
import { parsePlatform } from '@ignite/api/v1/platform';
import type { FlagValues, Flags } from './command.ts';
import { usageError } from './usage-error.ts';

export const archFlags: Flags = {
  arch: { type: 'string', value: 'amd64|arm64', default: "the host's", help: 'architecture' },
  platform: {
    type: 'string',
    value: 'OS/ARCH',
    help: 'same as --arch, written as linux/amd64 or linux/arm64',
  },
};

/**
 * What --arch and --platform say, as a part of a request.
 * @throws CodedError PLATFORM_INVALID, USAGE_INVALID
 */
export function archOf(flags: FlagValues): { readonly arch?: Arch } {
  const [arch, platform] = ['arch', 'platform'].map((name) => {
    const text = flags.text(name);
    return text === undefined ? undefined : parsePlatform(text).arch;
  });
  if (arch !== undefined && platform !== undefined && arch !== platform)
    throw usageError(`--arch ${arch} and --platform linux/${platform} conflict`, 'use only one of them');
  const given = arch ?? platform;
  return given === undefined ? {} : { arch: given };
}
