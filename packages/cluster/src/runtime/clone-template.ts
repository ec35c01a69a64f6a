import { KindClient } from '@ignite/toolkit/client/kind-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { OwnerReference } from '@ignite/toolkit/object/kube-object';
import { annotations } from '../contract/names.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { ReplicatedMetadata } from '../contract/replicated-metadata.ts';
import type { Work } from './controller.ts';

export interface Clone {
  readonly template: ContractReference;
  readonly namespace: string;
  /** The name of the new object. */
  readonly name: string;
  readonly metadata: ReplicatedMetadata;
  readonly owner: OwnerReference;
}

interface Template {
  readonly template?: { readonly metadata?: ReplicatedMetadata; readonly spec?: unknown };
}

/**
 * Makes an object from a template of a provider, whose kind is that of the object and `Template`. Resolves with a
 * reference to the object.
 * @throws ObjectError NOT_FOUND if there is no such template
 */
export async function cloneTemplate(
  { template: reference, namespace, name, metadata, owner }: Clone,
  work: Work,
): Promise<ContractReference> {
  const { objects, providers } = work;
  const found = await new KindClient(objects.client, await providers.find(reference)).get({
    namespace,
    name: reference.name,
  });
  const kindName = reference.kind.replace(/Template$/, '');
  if (kindName === reference.kind) throw noTemplate(reference);
  const kind = await providers.find({ apiGroup: reference.apiGroup, kind: kindName });
  const { template = {} } = (found.spec ?? {}) as Template;
  const made = { apiGroup: reference.apiGroup, kind: kindName, name };
  await objects.create(kind, {
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata?.labels, ...metadata.labels },
      annotations: {
        ...template.metadata?.annotations,
        ...metadata.annotations,
        [annotations.clonedFromName]: reference.name,
        [annotations.clonedFromGroupKind]: `${reference.kind}.${reference.apiGroup}`,
      },
      ownerReferences: [owner],
    },
    spec: template.spec ?? {},
  });
  return made;
}

const noTemplate = ({ kind, name }: ContractReference): ObjectError =>
  new ObjectError('BAD_REQUEST', `${kind} "${name}" is no template: its kind does not end in Template`);
