import type { ApiObject } from '@ignite/toolkit/object/meta';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';

export const imageSpecSchema = v.strictObject({ oci: v.pipe(v.string(), v.nonEmpty()) });
export type ImageSpec = v.InferOutput<typeof imageSpecSchema>;

/** The parts of an OCI image's config that a VM honours (image-spec, "Image Configuration"). */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly stopSignal: string;
  /** Such as `80/tcp`. */
  readonly exposedPorts: readonly string[];
}

/** Of an image that was no OCI image: nothing is known of it but its content. */
export const noImageConfig: ImageConfig = {
  entrypoint: [],
  cmd: [],
  env: [],
  user: '',
  workingDir: '',
  stopSignal: '',
  exposedPorts: [],
};

/** An image with an init system boots it, any other runs its entrypoint; a whole disk boots what its root partition has. */
export type BootMode = 'init' | 'entrypoint' | 'disk';

export interface ImageStatus {
  /** Of the image manifest of our platform, or of the file that a disk was imported from. */
  readonly digest: string;
  readonly platform: string;
  readonly bootMode: BootMode;
  readonly config: ImageConfig;
  /** The sum of its compressed layers. */
  readonly size: Bytes;
  readonly baseDisk: { readonly path: string; readonly size: Bytes };
}

export interface Image extends ApiObject {
  readonly kind: 'Image';
  readonly spec: ImageSpec;
  readonly status: ImageStatus;
}
