import type { TakeRequest } from '@ignite/api/client/pool-client';
import type { StartVmRequest } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { FlagValues, Invocation } from '../../arguments/command.ts';
import { labelsOf } from '../../arguments/labels.ts';
import { usageError } from '../../arguments/usage-error.ts';
import type { Client } from '@ignite/api/client/client';
import type { Operation } from '../../context.ts';
import { startedLine } from './started-line.ts';
import { withTimings } from './with-timings.ts';

/** The flags of a new VM that are of use to one that was described before. */
const flagsOfTaker = ['name', 'namespace', 'label', 'require-name'];

/**
 * `run --pool`: takes a VM that is ready or, where there is none, makes one as the pool does. `describing` are the flags that describe a
 * new VM, and `starting` says how one is started.
 */
export async function runFromPool(
  invocation: Invocation,
  describing: readonly string[],
  starting: StartVmRequest,
): Promise<number> {
  const { flags, args, rest, io } = invocation;
  assertNothingElse(flags, describing, args.length + rest.length);
  const query = withNamespace(flags.text('pool') ?? '', invocation);
  const name = flags.text('name');
  if (flags.isSet('require-name') && name === undefined)
    throw usageError('--require-name: no name given', 'add --name');
  const request = { ...(name !== undefined && { name }), labels: labelsOf(flags, 'label') };
  return await withTimings(invocation, async (client, op) => {
    const vm = await takeOrMake(query, request, starting, client, op);
    if (flags.isSet('interactive')) {
      const { attachUntilEnd } = await import('./attach.ts');
      op.endProgress();
      return await attachUntilEnd(vm, client, invocation);
    }
    io.out.write(flags.isSet('quiet') ? `${vm.metadata.uid}\n` : startedLine(vm));
    return 0;
  });
}

async function takeOrMake(
  query: string,
  request: TakeRequest,
  starting: StartVmRequest,
  client: Client,
  op: Operation,
): Promise<Vm> {
  try {
    return await client.pools.take(query, request, op);
  } catch (failure) {
    if (!hasCode(failure, 'POOL_EMPTY')) throw failure;
  }
  op.report({ kind: 'warning', message: 'the pool has no VM that is ready, so another one is started' });
  const { metadata, spec } = await client.pools.find(query, op.signal);
  const labels = { ...spec.template.metadata?.labels, ...request.labels };
  const wanted = { ...request, namespace: metadata.namespace, labels, spec: spec.template.spec };
  const made = await client.vms.create({ ...wanted, warm: 'auto', preflight: starting }, op);
  return await client.vms.start(made.metadata.uid, starting, op);
}

/** @throws CodedError USAGE_INVALID */
function assertNothingElse(flags: FlagValues, describing: readonly string[], words: number): void {
  const given = describing.find((flag) => !flagsOfTaker.includes(flag) && flags.isSet(flag));
  if (words === 0 && given === undefined) return;
  throw usageError(
    `--pool: the pool says what its VMs are, so ${given === undefined ? 'no image and no command' : `--${given} cannot`} be given`,
    'describe the VMs with "ignite pool create"',
  );
}

const withNamespace = (query: string, { namespace }: Invocation): string =>
  namespace === undefined || query.includes('/') ? query : `${namespace}/${query}`;
