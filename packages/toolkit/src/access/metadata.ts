import * as v from 'valibot';
import { clusterMetadataSchema, coreMetadataSchema } from '../core/metadata.ts';
import { isPathSegment } from '../object/name.ts';

/** The name of a role or binding, such as `system:discovery`. */
export const rbacName = v.pipe(
  v.string(),
  v.check(isPathSegment, 'must not be empty, nor contain "/" or "%", nor be "." or ".."'),
);

export const rbacMetadataSchema = v.strictObject({ ...coreMetadataSchema.entries, name: rbacName });

export const clusterRbacMetadataSchema = v.strictObject({ ...clusterMetadataSchema.entries, name: rbacName });
