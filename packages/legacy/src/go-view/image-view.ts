import type { Image } from '@ignite/api/v1/image';
import { shownName } from '@ignite/api/v1/shown-name';
import { imageDir } from '@ignite/engine/tools/host/paths';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { GoFunction, type GoObject } from '@ignite/toolkit/go-template/value';
import { age } from '@ignite/toolkit/text/age';
import { fieldNames } from './field-names.ts';
import { namedValue } from './named-value.ts';
import { objectRoot } from './object-root.ts';
import { ociSource } from './oci-source-view.ts';
import type { ViewContext } from './view-context.ts';

/** An image with the fields and methods of the original's `Image`. */
export function imageView(image: Image, { nowMs, paths }: ViewContext): GoObject {
  const { metadata, spec, status } = image;
  const name = shownName(image);
  const [, repository = name, tag = ''] = /^(.+?)(?::([^:/@]+))?(?:@.*)?$/.exec(name) ?? [];
  return objectRoot(image, nowMs, {
    typeName: '*ignite.Image',
    spec: { OCI: namedValue('meta.OCIImageRef', spec.oci) },
    status: { OCISource: ociSource(spec.oci, status.digest, status.size) },
    methods: { ObjectPath: new GoFunction([], () => imageDir(paths, status.digest)) },
    aliases: {
      repository,
      tag,
      digest: status.digest,
      size: humanBytes(status.size),
      createdSince: `${age(metadata.creationTimestamp, nowMs)} ago`,
    },
    namesAt: fieldNames.Image,
  });
}
