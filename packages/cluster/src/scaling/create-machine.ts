import type { ContractReference } from '../contract/reference.ts';
import { controllerReference } from '../contract/owner.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import { machineKind, machineSetKind } from '../kinds/object-kinds.ts';
import { cloneTemplate } from '../runtime/clone-template.ts';
import type { Work } from '../runtime/controller.ts';
import { machineName } from './machine-name.ts';
import { labelsOfMachines } from './propagate.ts';

/**
 * Creates a Machine, after what it boots with and the machine itself. All of them have one name. What is left of an
 * attempt that fails is removed by the next one: nobody knows before then whether the Machine was created.
 */
export async function createMachine(set: MachineSet, work: Work): Promise<void> {
  const { namespace } = set.metadata;
  const { template } = set.spec;
  const name = machineName(set.spec.machineNaming?.template, set.metadata.name, work.suffix());
  const metadata = { labels: labelsOfMachines(set), annotations: template.metadata?.annotations ?? {} };
  const owner = controllerReference(machineSetKind, set);
  const clone = async (reference: ContractReference): Promise<ContractReference> =>
    await cloneTemplate({ template: reference, namespace, name, metadata, owner }, work);
  const { configRef } = template.spec.bootstrap;
  const bootstrap = configRef ? { configRef: await clone(configRef) } : template.spec.bootstrap;
  const infrastructureRef = await clone(template.spec.infrastructureRef);
  await work.objects.create(machineKind, {
    metadata: { name, namespace, ...metadata, ownerReferences: [owner] },
    spec: { ...template.spec, bootstrap, infrastructureRef },
  });
}
