import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { ContainerEngine } from '../container-engine/errors.ts';
import type { Platform } from '@ignite/api/v1/platform';
import type { ImageSource } from './source.ts';

export interface ImportRequest {
  readonly source: ImageSource;
  readonly platform: Platform;
  readonly registryConfigDir?: string;
  /** The container engine whose store is searched before a registry is asked. */
  readonly engine?: ContainerEngine;
  /** The limit of the unpacked size, for images that are larger than usual. */
  readonly maxSize?: Bytes;
}
