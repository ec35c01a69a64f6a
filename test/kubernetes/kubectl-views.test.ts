import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Kubectl, kubectlFor, noKubectl } from './fixtures/kubectl.ts';
import { type ServedStore, serveStore } from './fixtures/served-store.ts';
import { content, storeHost, storeVm, lastChange } from './fixtures/stored-vms.ts';

/** Serves the API of a store with VMs that need no host. */
async function servedVms(
  changed: Parameters<typeof serveStore>[0] = {},
): Promise<ServedStore & { readonly kubectl: Kubectl }> {
  const served = await serveStore(changed);
  const { store } = served;
  await storeHost(store, 'one');
  const network = { ipAddresses: ['10.61.0.2', 'fd00::2'], mac: '', gateway: '' };
  await storeVm(store, 'web', {
    status: { ...content, phase: 'Running', startTime: lastChange, network },
    spec: { network: { ports: [{ hostPort: 8080, vmPort: 80 }] }, env: { COLOUR: 'red' } },
  });
  await storeVm(store, 'done', {
    status: { ...content, phase: 'Stopped', exitCode: 0, finishTime: lastChange },
  });
  await storeVm(store, 'broken', {
    status: { phase: 'Failed', message: 'no such image' },
    spec: { hostName: undefined },
  });
  const kubectl = kubectlFor(served.kubeconfig);
  return {
    ...served,
    kubectl,
    [Symbol.asyncDispose]: async () => {
      kubectl[Symbol.dispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

/** Returns the words of each line of a table. */
const rows = (out: string): readonly (readonly string[])[] =>
  out
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

describe('kubectl on ignited', { skip: noKubectl, concurrency: false }, () => {
  test('shows VMs as Pods', async () => {
    await using served = await servedVms();
    const { kubectl } = served;
    const [titles, ...shown] = rows((await kubectl('get pods -A -o wide')).out);
    assert.deepEqual(titles?.slice(0, 6), ['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
    assert.deepEqual(
      shown.map(([namespace, name, ready, status, , , ip, node]) => [
        namespace,
        ...[name, ready, status, ip, node],
      ]),
      [
        ['default', 'broken', '0/1', 'ImageFailed', '<none>', 'one'],
        ['default', 'done', '0/1', 'Completed', '<none>', 'one'],
        ['default', 'web', '1/1', 'Running', '10.61.0.2', 'one'],
      ],
    );
    const named = async (selector: string): Promise<string> =>
      (await kubectl(`get pods -o name ${selector}`)).out.trim();
    assert.equal(await named('-l app=web'), 'pod/web');
    assert.equal(await named('--field-selector=status.phase=Pending'), 'pod/broken');
    assert.equal(await named('--field-selector=spec.nodeName=two'), '');
    const { out } = await kubectl('describe pod web');
    for (const line of [
      /^Node: +one\/192\.0\.2\.7$/m,
      /^Controlled By: +VM\/web$/m,
      /^ +Image: +debian:12$/m,
      /^ +State: +Running$/m,
      /^ +COLOUR: +red$/m,
      /^ +Ready +True *$/m,
    ])
      assert.match(out, line);
  });

  test('waits for a Pod, and is told what to delete instead of it', async () => {
    await using served = await servedVms();
    const { kubectl } = served;
    const ready = await kubectl('wait --for=condition=Ready pod/web --timeout=200s');
    assert.equal(ready.out, 'pod/web condition met\n', ready.err);
    const done = await kubectl('wait --for=jsonpath={.status.phase}=Succeeded pod/done --timeout=200s');
    assert.equal(done.code, 0, done.err);
    const refused = await kubectl('delete pod web');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /MethodNotAllowed.*kubectl delete vm NAME/);
    const waiting = kubectl('wait --for=delete pod/web --timeout=200s');
    assert.equal((await kubectl('delete vm web --wait=false')).code, 0);
    const gone = await waiting;
    assert.equal(gone.code, 0, gone.err);
  });

  test('shows hosts as Nodes', async () => {
    await using served = await servedVms();
    const { kubectl } = served;
    const [titles, ...shown] = rows((await kubectl('get nodes -o wide')).out);
    assert.deepEqual(titles?.slice(0, 6), ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION', 'INTERNAL-IP']);
    assert.deepEqual(
      shown.map(([name, status, , , version, address]) => [name, status, version, address]),
      [['one', 'Ready', 'v0.1.0', '192.0.2.7']],
    );
    const { out } = await kubectl('describe node one');
    assert.match(out, /^ +zone=a$/m);
    assert.match(out, /^ +memory: +8Gi$/m);
    assert.match(out, /^ +default +web +1 \(25%\)/m, 'the VMs on it are listed');
    assert.equal((await kubectl('wait --for=condition=Ready node/one --timeout=200s')).code, 0);
  });

  test('shows as not ready the Node of a host that does not renew its lease, and as unknown its VMs', async () => {
    await using served = await servedVms();
    const { kubectl, store, client } = served;
    await storeHost(store, 'two');
    await storeVm(store, 'far', { status: { ...content, phase: 'Running' }, spec: { hostName: 'two' } });
    const leases = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
    for (const name of ['one', 'two'])
      await client.create(leases, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: 'ignite-host-lease', name },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: '2026-01-01T12:00:00.000000Z' },
      });
    const nodes = rows((await kubectl('get nodes --no-headers')).out);
    assert.deepEqual(
      nodes.map(([name, status]) => [name, status]),
      [
        ['one', 'Ready'],
        ['two', 'NotReady'],
      ],
      'the host of the API has nobody to renew its lease for',
    );
    const [far] = rows((await kubectl('get pod far --no-headers')).out);
    assert.deepEqual(far?.slice(0, 3), ['far', '0/1', 'Unknown']);
  });

  test('shows events of both groups, and those of a VM for its Pod', async () => {
    await using served = await servedVms();
    const { kubectl } = served;
    const metadata = { namespace: 'default' };
    const about = { kind: 'VM', namespace: 'default', name: 'web', uid: 'web'.padEnd(16, '0') };
    await served.client.create(
      { group: 'events.k8s.io', version: 'v1', resource: 'events' },
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { ...metadata, name: 'web.1' },
        regarding: about,
        ...{ type: 'Normal', reason: 'Started', note: 'it is up', action: 'Start' },
        ...{
          eventTime: '2026-01-01T12:00:00.000000Z',
          reportingController: 'ignite',
          reportingInstance: 'one',
        },
      },
    );
    const former = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { ...metadata, name: 'web.2', creationTimestamp: null },
      involvedObject: about,
      ...{ type: 'Warning', reason: 'Dry', message: 'no water', eventTime: null, count: 3 },
      ...{
        firstTimestamp: lastChange,
        lastTimestamp: lastChange,
        source: { component: 'gardener', host: 'two' },
      },
    };
    const made = await kubectl('create -f -', JSON.stringify(former));
    assert.equal(made.code, 0, made.err);
    for (const command of ['get events', 'get events.v1.events.k8s.io'])
      assert.deepEqual(
        rows((await kubectl(command)).out).map(([, ...cells]) => cells),
        [
          ['TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
          ['Normal', 'Started', 'vm/web', 'it is up'],
          ['Warning', 'Dry', 'vm/web', 'no water'],
        ],
        command,
      );
    for (const command of [
      'describe vm web',
      'describe pod web',
      'events --for vm/web',
      'events --for pod/web',
    ]) {
      const { out } = await kubectl(command);
      assert.match(out, /Normal +Started/, command);
      assert.match(out, /Warning +Dry/, command);
    }
    assert.match((await kubectl('events --for pod/done')).err, /^No events/);
    assert.equal((await kubectl('patch event web.2 -p {"count":4}')).code, 0);
    const { out } = await kubectl('get events.v1.events.k8s.io web.2 -o jsonpath={.deprecatedCount}{.note}');
    assert.equal(out, '4no water');
    assert.match((await kubectl('delete events --all')).out, /"web\.1" deleted[^]*"web\.2" deleted/);
  });

  test('scales a VM to 0 and 1, and not beyond', async () => {
    await using served = await servedVms();
    const { kubectl } = served;
    const power = async (): Promise<string> => (await kubectl('get vm web -o jsonpath={.spec.power}')).out;
    assert.equal((await kubectl('scale vm web --replicas=0')).out, 'vm.ignite.weave.works/web scaled\n');
    assert.equal(await power(), 'Stopped');
    const { code, err } = await kubectl('scale vm web --current-replicas=0 --replicas=1');
    assert.equal(code, 0, err);
    assert.equal(await power(), 'Running');
    const refused = await kubectl('scale vm web --replicas=2');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /is invalid: spec\.replicas: .*a VM is there once/);
    assert.equal(await power(), 'Running');
  });

  test('tells what VMs and hosts use', async () => {
    let [cpuSeconds, atMs] = [0, 0];
    const sample = async () => {
      cpuSeconds += 0.5;
      atMs += 1_000;
      const usage = { cpuSeconds, atMs, memory: 256 * 2 ** 20 };
      return {
        host: { ...usage, cpuSeconds: cpuSeconds * 2 },
        vms: new Map([['web'.padEnd(16, '0'), usage]]),
      };
    };
    await using served = await servedVms({ usage: sample });
    const { kubectl } = served;
    const pods = await kubectl('top pods --containers');
    assert.equal(pods.code, 0, pods.err);
    assert.deepEqual(rows(pods.out), [
      ['POD', 'NAME', 'CPU(cores)', 'MEMORY(bytes)'],
      ['web', 'vm', '500m', '256Mi'],
    ]);
    assert.deepEqual(rows((await kubectl('top nodes --no-headers')).out), [
      ['one', '1000m', '25%', '256Mi', '3%'],
    ]);
    assert.match((await kubectl('top pod done')).err, /NotFound/);
    const services = await kubectl('get apiservices');
    assert.match(services.out, /^v1beta1\.metrics\.k8s\.io +Local +True/m);
  });

  test('knows its control plane', async () => {
    await using served = await servedVms();
    const { kubectl } = served;
    const info = await kubectl('cluster-info');
    assert.equal(info.code, 0, info.err);
    assert.match(info.out, /control plane.* is running at .*https:/);
    assert.deepEqual(
      rows((await kubectl('get componentstatuses')).out).map((row) => row.slice(0, 3)),
      [
        ['NAME', 'STATUS', 'MESSAGE'],
        ['ignited', 'Healthy', 'ok'],
        ['store', 'Healthy', 'ok'],
      ],
    );
    const version = await kubectl('version -o json');
    assert.match(version.out, /"serverVersion"/, version.err);
    const all = await kubectl('get all');
    assert.deepEqual(
      rows(all.out).flatMap(([name = '']) => (/^NAME|^$/.test(name) ? [] : [name])),
      ['service/kubernetes', ...['broken', 'done', 'web'].map((name) => `vm.ignite.weave.works/${name}`)],
    );
    const listed = await kubectl('api-resources -o name --verbs=list');
    for (const name of listed.out.trim().split('\n')) {
      const { code, err } = await kubectl(`get ${name} -A`);
      assert.equal(code, 0, `${name}: ${err}`);
    }
  });
});
