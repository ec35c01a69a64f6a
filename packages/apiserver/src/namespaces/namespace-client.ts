import type { ClientKind } from '@ignite/toolkit/client/kind-client';
import { type Namespace, namespaceResource, namespaces } from '@ignite/toolkit/core/resources/namespace';

/** Namespaces as clients know them. */
export const namespaceClientKind: ClientKind<Namespace> = {
  ...namespaces,
  kind: namespaceResource.kind,
  decode: (stored) => ({ ...stored, status: stored.status ?? {} }) as Namespace,
};

/** The finalizer of a namespace whose contents are still to be deleted. */
export const contentFinalizer = 'kubernetes';

type Finalizable = Pick<Namespace, 'spec'>;

export const finalizersOf = ({ spec }: Finalizable): readonly string[] => spec?.finalizers ?? [];

/** Pure. Returns a namespace that is removed only after its contents. */
export function withContentFinalizer<T extends Finalizable>(namespace: T): T {
  const finalizers = finalizersOf(namespace);
  if (finalizers.includes(contentFinalizer)) return namespace;
  return { ...namespace, spec: { ...namespace.spec, finalizers: [...finalizers, contentFinalizer] } };
}

/** Pure. Returns a namespace whose contents are gone. */
export function withoutContentFinalizer(namespace: Namespace): Namespace {
  const finalizers = finalizersOf(namespace).filter((each) => each !== contentFinalizer);
  return { ...namespace, spec: { ...namespace.spec, finalizers } };
}
