import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../../resource/served-resource.ts';
import type { ParamRef, Policy, PolicyBinding } from './policy.ts';

export interface ParamsOptions {
  readonly client: ObjectClient;
  /** The namespace of the object that is written; empty if it is in none. */
  readonly namespace: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the objects with each of which a write is judged. One that is `undefined` stands for none, with which it is
 * judged as well.
 * @throws Error in the words of Kubernetes if the binding cannot be used
 */
export async function policyParams(
  { spec: { paramKind } }: Policy,
  { spec: { paramRef } }: PolicyBinding,
  resource: ServedResource | undefined,
  options: ParamsOptions,
): Promise<readonly (KubeObject | undefined)[]> {
  if (!paramKind || !paramRef || !resource) return [undefined];
  const found = await foundParams(paramRef, resource, options);
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny')
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  return found;
}

async function foundParams(
  { name = '', namespace = '', selector }: ParamRef,
  resource: ServedResource,
  { client, namespace: written, signal }: ParamsOptions,
): Promise<readonly KubeObject[]> {
  if (!resource.isNamespaced && namespace !== '')
    throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const place = resource.isNamespaced ? namespace || written : '';
  if (resource.isNamespaced && place === '')
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  const objects = objectsOf(client, resource);
  if (name !== '') {
    const found = await objects.find({ namespace: place, name }, { signal });
    return found ? [found] : [];
  }
  const { items } = await objects.list({ ...(place !== '' && { namespace: place }), signal });
  return items.filter(({ metadata }) => selectsLabels(selector ?? {}, metadata.labels));
}
