import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { gitopsApiVersion, syncSpecSchema } from '@ignite/toolkit/sync/kinds';
import * as v from 'valibot';
import {
  clusterRole,
  clusterRoleBinding,
  clusterRoleRef,
  may,
  named,
  roleBinding,
  rulesOf,
  user,
} from '../access.sample.ts';
import { checkHostUses } from './check-host-uses.ts';

const ignite = 'ignite.weave.works';
const access = rulesOf({
  clusterRoles: [
    clusterRole('operator', [may('create,update', ignite, 'vms')]),
    clusterRole('reader', [may('use', ignite, 'hosts/files', '/srv/keys')]),
    clusterRole('sharer', [
      may('use', ignite, 'hosts/paths', '/srv/data'),
      may('use', ignite, 'hosts/ports', '80'),
    ]),
    clusterRole('admin', [may('*', ignite, '*')]),
  ],
  clusterRoleBindings: [
    clusterRoleBinding('operator', user('op')),
    clusterRoleBinding('reader', user('reader')),
    clusterRoleBinding('sharer', user('sharer')),
    clusterRoleBinding('admin', user('admin')),
  ],
  roleBindings: [roleBinding('default', clusterRoleRef('admin'), user('local'))],
});

const share = (path: string, readOnly = false) => ({
  storage: {
    volumes: [{ name: 'data', hostPath: { path }, readOnly }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  },
});
const copy = (hostPath: string) => ({ copyFiles: [{ hostPath, vmPath: '/x' }] });
const publish = (hostPort: number) => ({ network: { ports: [{ hostPort, vmPort: 80, protocol: 'tcp' }] } });

const isRefused = (name: string, spec: object, old?: object): boolean => {
  try {
    const write = { next: sampleVm({ spec }), old: old && sampleVm({ spec: old }) };
    checkHostUses(named(name, ...(name === 'root' ? ['system:masters'] : [])), write, access);
  } catch (failure) {
    assert.equal((failure as { readonly code: string }).code, 'FORBIDDEN');
    return true;
  }
  return false;
};

describe('checkHostUses', () => {
  test('who may write VMs may not thereby use what is of the host, unless it is named to them', () => {
    for (const [name, spec, refused] of [
      ['op', {}, false],
      ['op', share('/etc'), true],
      ['op', copy('/etc/shadow'), true],
      ['op', publish(8_080), false],
      ['op', publish(80), true],
      ['reader', copy('/srv/keys'), false],
      ['reader', share('/srv/keys'), true],
      ['reader', share('/srv/keys', true), false],
      ['sharer', share('/srv/data'), false],
      ['sharer', copy('/srv/data'), false],
      // A guest that shares the folder could put a symbolic link there.
      ['sharer', share('/srv/data/link'), true],
      ['sharer', publish(80), false],
      ['sharer', publish(443), true],
      ['admin', share('/etc'), false],
      // What is of the host is in no namespace.
      ['local', share('/etc'), true],
      ['root', share('/etc'), false],
    ] as const)
      assert.equal(isRefused(name, spec), refused, JSON.stringify({ name, spec }));
  });

  test('what a VM has used before may stay, and what comes to it is checked', () => {
    assert.ok(!isRefused('op', { ...share('/etc'), cpus: 2 }, share('/etc')));
    assert.ok(isRefused('op', share('/root'), share('/etc')));
    assert.ok(isRefused('op', share('/etc'), share('/etc', true)));
  });

  test('the message names the fields and what they use', () => {
    assert.throws(
      () => checkHostUses(named('op'), { next: sampleVm({ spec: copy('/etc/shadow') }) }, access),
      {
        message:
          /^VM "web" is forbidden: user "op" may not use that of the host: spec\.copyFiles.* uses \/etc\/shadow$/,
      },
    );
  });

  test('who aims a Sync at a cluster must be allowed to read its kubeconfig', () => {
    const readers = rulesOf({
      clusterRoles: [
        clusterRole('sources', [may('get', 'gitops.weave.works', 'gitsources')]),
        clusterRole('kubeconfig', [may('get', '', 'secrets', 'prod-kubeconfig')]),
      ],
      clusterRoleBindings: [
        clusterRoleBinding('sources', user('op')),
        clusterRoleBinding('sources', user('admin')),
        clusterRoleBinding('kubeconfig', user('admin')),
      ],
      roleBindings: [],
    });
    const aim = (name: string, cluster: string): void => {
      const spec = v.parse(syncSpecSchema, { source: { gitSource: 'site' }, cluster });
      const next = { ...sampleVm({}), apiVersion: gitopsApiVersion, kind: 'Sync', spec };
      checkHostUses(named(name), { next, old: undefined }, readers);
    };
    aim('admin', 'prod');
    for (const [name, cluster] of [
      ['op', 'prod'],
      ['admin', 'other'],
    ] as const)
      assert.throws(() => aim(name, cluster), {
        code: 'FORBIDDEN',
        message: new RegExp(`spec\\.cluster uses Secret/${cluster}-kubeconfig$`),
      });
    const sync = (fields: object) => ({
      ...sampleVm({}),
      apiVersion: gitopsApiVersion,
      kind: 'Sync',
      spec: v.parse(syncSpecSchema, { source: { gitSource: 'site' }, cluster: 'prod', ...fields }),
    });
    const change = (name: string, fields: object): void =>
      checkHostUses(named(name), { old: sync({}), next: sync(fields) }, readers);
    change('op', { interval: '5m', suspend: true });
    for (const fields of [
      { source: { gitSource: 'mine' } },
      { path: 'evil' },
      { variables: { image: 'evil' } },
      { pin: 'a'.repeat(40) },
      { allow: { kinds: ['ClusterRoleBinding.rbac.authorization.k8s.io'] } },
    ]) {
      assert.throws(() => change('op', fields), { code: 'FORBIDDEN' });
      change('admin', fields);
    }
  });
});
