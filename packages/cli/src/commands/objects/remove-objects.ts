import type { ClientOperation } from '@ignite/api/client/progress';
import type { LocalClient } from '@ignite/engine/client/local-client';
import type { ApiObject } from '@ignite/toolkit/object/meta';
import type { Invocation } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';

interface Removable {
  find(query: string, signal: AbortSignal): Promise<ApiObject>;
  remove(uid: string, request: { readonly force: boolean }, op: ClientOperation): Promise<unknown>;
}

/** Removes what the arguments name, and prints the uid of each. All are found before the first is removed. */
export async function removeObjects(
  invocation: Invocation,
  kindOf: (client: LocalClient) => Removable,
): Promise<number> {
  const { flags, args, io, signal } = invocation;
  await withClient(invocation, async (client, op) => {
    const kind = kindOf(client);
    const found: ApiObject[] = [];
    for (const query of args) found.push(await kind.find(query, signal));
    for (const { metadata } of found) {
      await kind.remove(metadata.uid, { force: flags.isSet('force') }, op);
      io.out.write(`${metadata.uid}\n`);
    }
  });
  return 0;
}
