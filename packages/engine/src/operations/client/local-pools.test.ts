import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { vmKind, warmPoolKind } from '@ignite/api/v1/object-kinds';
import { poolLabel, poolRevisionAnnotation } from '@ignite/api/v1/pool-marks';
import type { Vm } from '@ignite/api/v1/vm';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { StoreAdministration } from '../../tools/store/store-administration.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { revisionOf } from '../pools/plan-pool.ts';
import { LocalClient } from './local-client.ts';

const op = { signal: new AbortController().signal, report: () => {} };

test('LocalPools: the members of other hosts of a shared store are neither given away nor removed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'local-pools-'));
  try {
    const [paths, self] = [
      { dataDir: dir, runDir: dir },
      { name: 'a', isAlone: false },
    ];
    const administration = new StoreAdministration(new MemoryStore(), { paths, self });
    const { objects } = administration;
    const ports = { objects, administration, paths, self, clock: systemClock } as unknown as EnginePorts;
    await using client = new LocalClient(ports);
    const pool = await new KindClient(objects, warmPoolKind).create({
      metadata: { namespace: 'default', name: 'workers', uid: 'pool' },
      spec: { replicas: 0, template: { spec: { image: { oci: 'debian' } } } },
      status: { replicas: 0, readyReplicas: 0 },
    });
    const vms = new KindClient(objects, vmKind);
    const { metadata } = await vms.create({
      metadata: {
        ...{ namespace: 'default', name: 'workers-of-b', uid: '0123456789abcdef' },
        labels: { [poolLabel]: 'workers' },
        annotations: { [poolRevisionAnnotation]: revisionOf(pool.spec.template) },
      },
      spec: { image: { oci: 'debian' }, kernel: { oci: 'host' }, power: 'Running', hostName: 'b' },
    });
    const conditions = [{ type: 'Ready', status: 'True' }];
    await vms.modifyStatus(
      metadata,
      (now) => ({ ...now, status: { ...now.status, phase: 'Running', conditions } }) as unknown as Vm,
    );
    const { pool: kept } = await client.pools.keep(pool, op);
    assert.equal(kept?.status.replicas, 0);
    assert.deepEqual(await client.vms.list(op.signal), []);
    const [left] = (await vms.list()).items;
    assert.equal(left?.metadata.deletionTimestamp, undefined);
    assert.equal(left?.metadata.labels[poolLabel], 'workers');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
