import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ServedResource } from '../resource/served-resource.ts';
import type { ConvertTo } from '../server-side-apply/typed-object.ts';
import { resourceSchemaOf } from '../structural-schema/object-meta.ts';

/**
 * Returns an object in any version in which it is served. What was managed in others is forgotten. Fields count as the
 * same in all versions if they have the same path, whatever a webhook makes of them: it is not asked about managers.
 */
export const managedVersions = (resource: ServedResource): ConvertTo => {
  const schemas = { ...resource.otherVersions, [apiVersionOf(resource)]: resource.schema };
  return (object, apiVersion) =>
    Object.hasOwn(schemas, apiVersion)
      ? { object: { ...object, apiVersion }, schema: resourceSchemaOf(schemas[apiVersion]!) }
      : undefined;
};

/** Returns the present as managers tell it. */
export const managedTime = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
