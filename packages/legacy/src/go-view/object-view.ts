import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Vm } from '@ignite/api/v1/vm';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { GoObject } from '@ignite/toolkit/go-template/value';
import { imageView } from './image-view.ts';
import { kernelView } from './kernel-view.ts';
import { objectRoot } from './object-root.ts';
import type { ViewContext } from './view-context.ts';
import { vmView } from './vm-view.ts';

/** Pure. What a template may ask of an object; of kinds that the original did not have, what is in their JSON. */
export function objectView(object: KubeObject, context: ViewContext): GoObject {
  if (isKind<Vm>(object, 'VM')) return vmView(object, context);
  if (isKind<Image>(object, 'Image')) return imageView(object, context);
  if (isKind<Kernel>(object, 'Kernel')) return kernelView(object, context);
  return objectRoot(object, context.nowMs, {
    typeName: `*${object.kind}`,
    spec: {},
    status: {},
    namesAt: () => undefined,
  });
}

const isKind = <T extends KubeObject>(object: KubeObject, kind: T['kind']): object is T =>
  object.kind === kind;
