import { Rollback } from '@ignite/toolkit/async/rollback';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { ClientKind } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { labels } from '../contract/names.ts';
import { controllerOf, controllerReference } from '../contract/owner.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import type { Machine } from '../kinds/machine.ts';
import { machineKind, machineSetKind } from '../kinds/object-kinds.ts';
import { cloneTemplate } from '../runtime/clone-template.ts';
import type { Work } from '../runtime/controller.ts';
import { machineName } from './machine-name.ts';
import { labelsOfMachines } from './propagate.ts';

/** Creates a Machine, after what it boots with and the machine itself. All of them have one name. */
export async function createMachine(set: MachineSet, work: Work): Promise<void> {
  const { objects, log, suffix } = work;
  const { namespace } = set.metadata;
  const { template } = set.spec;
  const name = machineName(set.spec.machineNaming?.template, set.metadata.name, suffix());
  const metadata = { labels: labelsOfMachines(set), annotations: template.metadata?.annotations ?? {} };
  const owner = controllerReference(machineSetKind, set);
  await using rollback = new Rollback((failure) => log('warning', 'not cleared away', { machine: name, error: errorText(failure) }));
  const clone = async (reference: ContractReference): Promise<ContractReference> => {
    const made = await cloneTemplate({ template: reference, namespace, name, metadata, owner }, work);
    rollback.defer(async () => await discard(made.kind, namespace, name, work));
    return made.reference;
  };
  const { configRef } = template.spec.bootstrap;
  const bootstrap = configRef ? { configRef: await clone(configRef) } : template.spec.bootstrap;
  const infrastructureRef = await clone(template.spec.infrastructureRef);
  await objects.create(machineKind, {
    metadata: { name, namespace, ...metadata, ownerReferences: [owner] },
    spec: { ...template.spec, bootstrap, infrastructureRef },
  });
  rollback.commit();
}

/** Deletes what was made for Machines that were never created, because an attempt was cut off. */
export async function removeOrphans(set: MachineSet, machines: readonly Machine[], work: Work): Promise<void> {
  const names = new Set(machines.map(({ metadata }) => metadata.name));
  const { bootstrap, infrastructureRef } = set.spec.template.spec;
  for (const template of [bootstrap.configRef, infrastructureRef]) {
    if (!template) continue;
    const kind = await work.providers.find({ ...template, kind: template.kind.replace(/Template$/, '') });
    const place = { ...set, metadata: { ...set.metadata, name: set.spec.clusterName } };
    for (const object of await work.objects.ofCluster(kind, place))
      if (isOrphan(object, set, names)) await work.objects.delete(kind, object);
  }
}

const isOrphan = (object: KubeObject, set: MachineSet, names: ReadonlySet<string>): boolean =>
  controllerOf(object)?.uid === set.metadata.uid &&
  object.metadata.labels[labels.set] === set.metadata.name &&
  !names.has(object.metadata.name);

async function discard(kind: ClientKind<KubeObject>, namespace: string, name: string, { objects }: Work): Promise<void> {
  const object = await objects.get(kind, { namespace, name });
  if (object) await objects.delete(kind, object);
}
