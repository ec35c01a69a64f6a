import { type Bytes, parseBytes } from '@ignite/toolkit/units/bytes';
import type { FlagValues, Flags } from './command.ts';

export const maxSizeFlag: Flags = {
  'max-size': {
    type: 'string',
    value: 'SIZE',
    default: '512MB plus 16 times the stored size',
    help: 'maximum size of the unpacked image; raise it only for images that you trust',
  },
};

/** As a part of a request. @throws CodedError SIZE_INVALID */
export function maxSizeOf(flags: FlagValues): { readonly maxSize?: Bytes } {
  const text = flags.text('max-size');
  return text === undefined ? {} : { maxSize: parseBytes(text) };
}
