import { warmPoolResource } from '@ignite/api/v1/resources/warm-pool';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import type { Command, Invocation } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags, namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { isHostServed, withClient, withReader } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { inspectOf } from '../objects/inspect.ts';
import { removeObjects } from '../objects/remove-objects.ts';
import { createFlags, createRequest } from './run.ts';

const mostReady = 500;

/** The flags of a VM that are of one VM alone, or that name another source than an image. */
const {
  config: _config,
  from: _from,
  name: _name,
  ports: _ports,
  volumes: _volumes,
  mount: _mount,
  ip: _ip,
  ip6: _ip6,
  mac: _mac,
  namespace: _namespace,
  'require-name': _requireName,
  ...memberFlags
} = createFlags;

export const poolCreate: Command = {
  name: 'pool create',
  arguments: 'NAME',
  arity: { least: 1, most: 1 },
  summary: 'Create a pool, which keeps VMs ready for "ignite run --pool"',
  details: [
    'The VMs run, and nobody uses them until somebody takes one. ignited makes another one then; without ignited, "ignite pool scale" fills the pool again.',
    'The command ends when all VMs are ready. If it is interrupted, run it again.',
  ],
  examples: ['ignite pool create workers --image debian:12 --ready 5 --ssh --memory 1GB'],
  flags: {
    image: { type: 'string', value: 'IMAGE', help: 'image of the VMs; it is required' },
    ready: { type: 'string', value: 'COUNT', default: '1', help: 'number of VMs to keep ready' },
    ...namespaceFlags,
    ...memberFlags,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const [name = ''] = args;
    const image = flags.text('image');
    if (image === undefined) throw usageError('pool create: no image given', 'name one with --image');
    const { namespace, labels, spec } = await createRequest({ ...invocation, args: [image] });
    const request = {
      ...(namespace !== undefined && { namespace }),
      ...(labels && Object.keys(labels).length > 0 && { labels }),
      name,
      replicas: countOf(flags.text('ready') ?? '1', '--ready'),
      spec,
    };
    const pool = await withClient(invocation, (client, op) => client.pools.create(request, op));
    printDone(pool, await readyText('Created', pool, invocation), invocation);
    return 0;
  },
};

export const poolScale: Command = {
  name: 'pool scale',
  arguments: 'POOL COUNT',
  arity: { least: 2, most: 2 },
  summary: 'Change how many VMs a pool keeps ready, and fill it',
  details: ['With fewer VMs than before, those that are not ready go first.'],
  examples: ['ignite pool scale workers 10'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const [query = '', count = ''] = invocation.args;
    const replicas = countOf(count, 'pool scale');
    const pool = await withClient(invocation, (client, op) => client.pools.scale(query, replicas, op));
    printDone(pool, await readyText('Scaled', pool, invocation), invocation);
    return 0;
  },
};

export const poolList: Command = {
  name: 'pool ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List pools',
  examples: ['ignite pool ls'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    assertTemplateFlags(invocation.flags);
    const { flags, namespace, io, signal } = invocation;
    const columns = namespaceColumns(warmPoolResource.columns, invocation);
    await withReader(invocation, async (client) =>
      printObjects(inNamespace(await client.pools.list(signal), namespace), columns, flags, io),
    );
    return 0;
  },
};

export const poolInspect = inspectOf('pool', [
  'ignite pool inspect workers',
  "ignite pool inspect workers --format '{{.status.readyReplicas}}'",
]);

export const poolRemove: Command = {
  name: 'pool rm',
  arguments: 'POOL...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove pools with the VMs that nobody has taken',
  examples: ['ignite pool rm workers'],
  flags: namespaceFlags,
  run: async (invocation) => await removeObjects(invocation, 'WarmPool', (client) => client.pools),
};

async function readyText(
  done: string,
  { metadata, status }: WarmPool,
  invocation: Invocation,
): Promise<string> {
  const text = `${done} pool "${metadata.name}" with ID "${metadata.uid}": ${status.readyReplicas} VMs are ready`;
  return (await isHostServed(invocation))
    ? text
    : `${text}\nignited does not run, so nobody replaces VMs that are taken until "ignite pool scale" does`;
}

/** @throws CodedError USAGE_INVALID */
function countOf(text: string, what: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (count <= mostReady) return count;
  throw usageError(
    `${what} ${JSON.stringify(text)}: not a number of VMs`,
    `use a whole number from 0 to ${mostReady}`,
  );
}
