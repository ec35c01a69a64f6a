import { makingTemplateLabel } from '@ignite/api/v1/template';
import { newUid } from '@ignite/toolkit/object/uid';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { vmFinalizer } from '../../tools/store/vm-objects.ts';
import { templateName } from '../template-maker.ts';
import type { VmPorts } from '../vm-ports.ts';
import { uid } from './world.sample.ts';

/** Stores a VM as the maker of a template leaves it that is killed while its VM boots, and returns its uid. */
export async function storeUnfinished({ objects }: VmPorts): Promise<string> {
  const { metadata, ...rest } = (await vmsIn(objects).findByUid(uid))!;
  const [token, left] = [newUid(), newUid()];
  await vmsIn(objects).create({
    ...rest,
    metadata: {
      ...{ namespace: metadata.namespace, name: templateName(token), uid: left },
      ...{ labels: { [makingTemplateLabel]: token }, finalizers: [vmFinalizer] },
    },
  });
  return left;
}
