import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { untilAllEnd } from '@ignite/toolkit/async/until-all-end';
import type { Clock } from '@ignite/toolkit/clock/clock';
import {
  type ControllerObserver,
  type ReconcileResult,
  runController,
} from '@ignite/toolkit/controller/controller';
import { Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { leadWhile } from '@ignite/toolkit/controller/lease';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Log } from '@ignite/toolkit/log/log';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import {
  type Reconciling,
  reconcileClaim,
  reconcilePool,
  reconcileSandbox,
} from './controllers/reconcile.ts';
import { sandboxClients } from './controllers/sandbox-clients.ts';

export interface SandboxService {
  readonly client: ObjectClient;
  readonly host: { readonly name: string; readonly isAlone: boolean };
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

const leaseSeconds = 30;
const conflictMs = 200;
/** One worker for each kind, so that none of them counts what another one is about to make. */
const concurrency = 1;

/** Runs the controllers of sandboxes until `signal` aborts. Of several hosts with one store, one does, and has the VMs. */
export async function runSandboxes(service: SandboxService, signal: AbortSignal): Promise<void> {
  const { client, host, clock } = service;
  if (host.isAlone) return await control(service, signal);
  const lease = {
    client,
    clock,
    namespace: 'default',
    name: 'ignite-sandboxes',
    durationSeconds: leaseSeconds,
  };
  await leadWhile(
    { ...lease, holder: `${host.name}-${process.pid}` },
    async (until) => await control(service, until),
    signal,
  );
}

async function control(
  { client, host, clock, log, observer }: SandboxService,
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const clients = sandboxClients(client);
  const reconciling: Reconciling = { clients, hostName: host.name, now: () => clock.now() };
  const vms = new Informer(clients.vms, clock, log);
  const sandboxes = new Informer(clients.sandboxes, clock, log);
  const templates = new Informer(clients.templates, clock, log);
  const pools = new Informer(clients.pools, clock, log);
  const claims = new Informer(clients.claims, clock, log);
  const queues = {
    Sandbox: new WorkQueue(clock),
    SandboxWarmPool: new WorkQueue(clock),
    SandboxClaim: new WorkQueue(clock),
  };
  const toOwner = ({ metadata }: KubeObject): void => {
    for (const { kind, name } of metadata.ownerReferences ?? [])
      if (Object.hasOwn(queues, kind))
        queues[kind as keyof typeof queues].add(`${metadata.namespace}/${name}`);
  };
  const isIn = (object: KubeObject, other: KubeObject): boolean =>
    object.metadata.namespace === other.metadata.namespace;
  const toClaims = (object: KubeObject): void => {
    for (const claim of claims.list()) if (isIn(claim, object)) queues.SandboxClaim.add(informerKey(claim));
  };
  const toPools = (object: KubeObject): void => {
    for (const pool of pools.list()) if (isIn(pool, object)) queues.SandboxWarmPool.add(informerKey(pool));
  };
  // What has the name that another object is to have may be in its way, and may go.
  vms.onChange((vm) => queues.Sandbox.add(informerKey(vm)));
  sandboxes.onChange((sandbox) => {
    queues.Sandbox.add(informerKey(sandbox));
    queues.SandboxClaim.add(informerKey(sandbox));
    toOwner(sandbox);
    toPools(sandbox); // one that was claimed has left its pool
  });
  templates.onChange((template) => {
    toPools(template);
    toClaims(template);
  });
  pools.onChange((pool) => {
    queues.SandboxWarmPool.add(informerKey(pool));
    toClaims(pool);
  });
  claims.onChange((claim) => queues.SandboxClaim.add(informerKey(claim)));
  const running = (
    [
      ['sandbox', queues.Sandbox, reconcileSandbox],
      ['sandbox-pool', queues.SandboxWarmPool, reconcilePool],
      ['sandbox-claim', queues.SandboxClaim, reconcileClaim],
    ] as const
  ).map(async ([name, queue, reconcile]) => {
    await runController(
      {
        ...{ name, queue, concurrency, clock, log },
        reconcile: (key, stop) => again(async () => await reconcile(keyOf(key), reconciling, stop)),
        ...(observer && { observer }),
      },
      until,
    );
  });
  await untilAllEnd(
    [...running, ...[vms, sandboxes, templates, pools, claims].map((each) => each.run(until))],
    () => ending.abort(),
  );
}

const keyOf = (key: string) => {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
};

/** Somebody else who was faster is no failure: it is looked again at what is there now. */
async function again(reconcile: () => Promise<ReconcileResult>): Promise<ReconcileResult> {
  try {
    return await reconcile();
  } catch (failure) {
    if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'ALREADY_EXISTS'))
      return { requeueAfterMs: conflictMs };
    throw failure;
  }
}
