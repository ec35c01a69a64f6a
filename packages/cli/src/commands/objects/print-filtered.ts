import type { ReadClient } from '@ignite/api/client/client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column } from '@ignite/toolkit/scheme/resource';
import type { Invocation } from '../../arguments/command.ts';
import { withReader } from '../../context.ts';
import { assertTemplateFlags, printObjects, viewContext } from '../../render/objects.ts';
import { type FilterKeys, applyFilters, parseFilters } from './object-filter.ts';

interface Listing<T extends KubeObject> {
  readonly list: (client: ReadClient, signal: AbortSignal) => Promise<readonly T[]>;
  readonly columns: readonly Column<T>[];
  readonly filterKeys: FilterKeys<T>;
}

/** Prints the objects of a kind that `--filter` lets through, in the form that the flags ask for. */
export async function printFiltered<T extends KubeObject>(
  { list, columns, filterKeys }: Listing<T>,
  invocation: Invocation,
): Promise<number> {
  const { flags, io, signal } = invocation;
  assertTemplateFlags(flags);
  const filters = parseFilters(flags.list('filter'), Object.keys(filterKeys));
  await withReader(invocation, async (client) => {
    const context = () => viewContext(invocation, client);
    const found = await applyFilters(await list(client, signal), filters, filterKeys, context);
    await printObjects(found, columns, flags, io, context);
  });
  return 0;
}
