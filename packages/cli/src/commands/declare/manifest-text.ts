import { writtenForm } from '@ignite/api/written-form';
import { isBookkeeping, isRestartMark } from '@ignite/toolkit/apply/annotations';
import { contentOf } from '@ignite/toolkit/object/content';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { stringify } from 'yaml';

/** An object as a person would declare it: without status, bookkeeping and what the store fills in. */
export function manifestText(object: KubeObject): string {
  const { apiVersion, kind, metadata, spec } = object;
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations).filter(([name]) => !isBookkeeping(name) && !isRestartMark(name)),
  );
  const { labels } = metadata;
  return stringify({
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      ...(!['', 'default'].includes(metadata.namespace) && { namespace: metadata.namespace }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    ...writtenForm({ ...contentOf(object), ...(spec !== undefined && { spec }) }),
  });
}
