import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { groupOf, versionOf } from '@ignite/toolkit/object/group-kind';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import type { AddonObject } from './plan-manifests.ts';

/** Creates objects in a cluster. Those that are there already are changed if `isKept` is true, and left otherwise. */
export async function applyManifests(
  workload: WorkloadCluster,
  objects: readonly AddonObject[],
  isKept: boolean,
  signal: AbortSignal,
): Promise<void> {
  for (const object of objects) await applyObject(workload, object, isKept, signal);
}

async function applyObject(
  { objects, resourceOf }: WorkloadCluster,
  object: AddonObject,
  isKept: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const found = await resourceOf({ apiVersion, kind }, signal);
  if (!found)
    throw new ObjectError('NOT_FOUND', `the cluster knows no kind ${kind} in ${apiVersion}`, {
      hint: 'apply its definition first',
    });
  const group = { group: groupOf(apiVersion), version: versionOf(apiVersion), resource: found.resource };
  const place = found.isNamespaced ? { namespace: metadata.namespace ?? 'default' } : {};
  const whole = { ...object, metadata: { ...metadata, ...place } };
  try {
    await objects.create(group, whole, { signal });
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    if (!isKept) return;
    const key = { ...group, ...place, name: metadata.name };
    await objects.patch(key, { type: 'merge', changes: whole }, { signal });
  }
}
