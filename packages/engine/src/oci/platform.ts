import { platformInvalid } from './errors.ts';

/** OCI image-spec, "Image Index": operating system and architecture, in Go's words. */
export interface Platform {
  readonly os: 'linux';
  readonly arch: string;
}

export const hostPlatform: Platform = { os: 'linux', arch: process.arch === 'x64' ? 'amd64' : process.arch };

/** @throws CodedError PLATFORM_INVALID */
export function parsePlatform(text: string): Platform {
  const match = /^(?:linux\/)?(amd64|arm64)(?:\/v8)?$/.exec(text);
  if (!match) throw platformInvalid(text);
  return { os: 'linux', arch: match[1]! };
}
