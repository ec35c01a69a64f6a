import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ServedResource } from '../resource/served-resource.ts';
import type { ConvertTo } from '../server-side-apply/typed-object.ts';
import { resourceSchemaOf } from '../structural-schema/object-meta.ts';

/** Returns the version of an object in which it is served. What was managed in others is forgotten. */
export const managedVersions = (resource: ServedResource): ConvertTo => {
  const schema = resourceSchemaOf(resource.schema);
  return (object, apiVersion) => (apiVersion === apiVersionOf(resource) ? { object, schema } : undefined);
};

/** Returns the present as managers tell it. */
export const managedTime = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
