import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectList } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import { wireObject } from './wire-object.ts';

/** The texts of objects that show their generation, and of those that do not. */
const texts = [new WeakMap<KubeObject, string>(), new WeakMap<KubeObject, string>()] as const;

/** Returns an object as JSON. It is written once, however many clients read or watch it. */
export function wireText(object: KubeObject, resource: ServedResource): string {
  const known = texts[resource.hidesGeneration ? 1 : 0];
  const text = known.get(object) ?? JSON.stringify(wireObject(object, resource));
  known.set(object, text);
  return text;
}

/** Returns a list as JSON. */
export function wireListText({ items, ...metadata }: ObjectList, resource: ServedResource): string {
  const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata };
  const rest = items.map((object) => wireText(object, resource)).join(',');
  return `${JSON.stringify(head).slice(0, -1)},"items":[${rest}]}`;
}
