import { readReference } from '@ignite/api/v1/image-reference';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { GoObject, type GoValue } from '@ignite/toolkit/go-template/value';
import { namedValue, nilValue, sizeValue } from './named-value.ts';

/** Where content came from: `{oci://docker.io/library/debian@sha256:… 44.3 MB}`. */
export function ociSource(
  name: string,
  digest: string | undefined,
  size: Bytes = bytes(0),
  lookUp?: (name: string) => { readonly value: GoValue } | undefined,
): GoObject {
  return new GoObject({
    typeName: 'ignite.OCIImageSource',
    fields: {
      ID:
        digest === undefined
          ? nilValue('*meta.OCIContentID', {})
          : namedValue('*meta.OCIContentID', contentId(name, digest)),
      Size: sizeValue(size),
    },
    ...(lookUp && { lookUp }),
  });
}

/** In the original's form: the whole name of the repository, and the digest. */
function contentId(name: string, digest: string): string {
  const reference = readReference(name);
  return `oci://${reference ? `${reference.registry}/${reference.repository}` : name}@${digest}`;
}
