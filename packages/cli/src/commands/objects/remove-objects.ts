import type { ClientOperation } from '@ignite/api/client/progress';
import type { Client } from '@ignite/api/client/client';
import type { SalvagedKind } from '@ignite/api/client/salvaged-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Invocation } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';

interface Removable {
  find(query: string, signal: AbortSignal): Promise<KubeObject>;
  remove(uid: string, request: { readonly force: boolean }, op: ClientOperation): Promise<unknown>;
}

/** Removes what the arguments name, and prints the uid of each. All are found before the first is removed. */
export async function removeObjects(
  invocation: Invocation,
  kind: SalvagedKind,
  removableOf: (client: Client) => Removable,
): Promise<number> {
  const { flags, args, io, signal } = invocation;
  const remove = async (client: Client, op: ClientOperation): Promise<void> => {
    const removable = removableOf(client);
    const found: KubeObject[] = [];
    for (const query of args) {
      await client.mend(kind, query);
      found.push(await removable.find(query, signal));
    }
    for (const { metadata } of found) {
      await removable.remove(metadata.uid, { force: flags.isSet('force') }, op);
      io.out.write(`${metadata.uid}\n`);
    }
  };
  await withClient(invocation, remove, { freesSpace: true });
  return 0;
}
