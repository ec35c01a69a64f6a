import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';

export const imageSpecSchema = v.strictObject({
  reference: described(
    'Name by which people know it: the reference, followed by `@ARCH` if another architecture has that name.',
    v.optional(v.pipe(v.string(), v.nonEmpty())),
  ),
  oci: described('Where its content comes from.', v.pipe(v.string(), v.nonEmpty())),
});
export type ImageSpec = v.InferOutput<typeof imageSpecSchema>;

/** The parts of an OCI image's config that a VM uses (image-spec, "Image Configuration"). */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly stopSignal: string;
  /** The exposed ports, such as `80/tcp`. */
  readonly exposedPorts: readonly string[];
}

/** The config of an image that did not come from an OCI image: nothing but its content is known. */
export const noImageConfig: ImageConfig = {
  entrypoint: [],
  cmd: [],
  env: [],
  user: '',
  workingDir: '',
  stopSignal: '',
  exposedPorts: [],
};

/**
 * How a VM boots its image. An image with an init system boots it, any other image runs its entrypoint, and a
 * whole disk boots the root partition.
 */
export type BootMode = 'init' | 'entrypoint' | 'disk';

export interface ImageStatus {
  /** The digest of the image manifest for the platform, or of the file that a disk was imported from. */
  readonly digest: string;
  readonly platform: string;
  readonly bootMode: BootMode;
  readonly config: ImageConfig;
  /** The sum of the compressed sizes of its layers. */
  readonly size: Bytes;
  readonly baseDisk: { readonly path: string; readonly size: Bytes };
}

export interface Image extends KubeObject {
  readonly kind: 'Image';
  readonly spec: ImageSpec;
  readonly status: ImageStatus;
}
