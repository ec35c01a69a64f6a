import { writtenForm } from '@ignite/api/written-form';
import { isBookkeeping, isRestartMark } from '@ignite/toolkit/apply/annotations';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { stringify } from 'yaml';

/** An object as a person would declare it: without status, bookkeeping and what the store fills in. */
export function manifestText({ apiVersion, kind, metadata, spec }: KubeObject): string {
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations).filter(([name]) => !isBookkeeping(name) && !isRestartMark(name)),
  );
  const { labels } = metadata;
  return stringify({
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    ...writtenForm({ spec }),
  });
}
