import type { Client } from '@ignite/api/client/client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { StartVmRequest } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';

/** Starts a VM that may come from a template. A template that does not fit this host any more goes, and the VM boots. */
export async function startWarm(
  { metadata, spec }: Vm,
  starting: StartVmRequest,
  client: Client,
  op: ClientOperation,
): Promise<Vm> {
  try {
    return await client.vms.start(metadata.uid, starting, op);
  } catch (failure) {
    const unfit = [
      ...['STATE_UNFIT', 'STATE_DAMAGED', 'IDENTITY_REFUSED'],
      ...['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_UNFIT'],
    ];
    const isUnfit = unfit.some((code) => hasCode(failure, code));
    if (spec.source === undefined || !isUnfit) throw failure;
    op.report({
      kind: 'warning',
      message: `the template cannot be used, so the VM boots: ${errorText(failure)}`,
    });
    await removeTemplate(`${metadata.namespace}/${spec.source.snapshot}`, client, op);
    return await client.vms.start(metadata.uid, { ...starting, cold: true }, op);
  }
}

/** Somebody else may have removed it already. */
async function removeTemplate(query: string, { snapshots }: Client, op: ClientOperation): Promise<void> {
  try {
    await snapshots.remove(query, { force: false }, op);
  } catch (failure) {
    if (!hasCode(failure, 'SNAPSHOT_NOT_FOUND')) throw failure;
  }
}
