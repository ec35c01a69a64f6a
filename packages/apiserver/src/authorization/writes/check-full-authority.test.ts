import assert from 'node:assert/strict';
import { test } from 'node:test';
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
import { checkFullAuthority } from './check-full-authority.ts';

const [ignite, gitops] = ['ignite.weave.works', 'gitops.weave.works'];
const access = rulesOf({
  clusterRoles: [
    clusterRole('admin', [may('*', `${ignite},${gitops}`, '*')]),
    clusterRole('cluster-admin', [may('*', '*', '*')]),
  ],
  clusterRoleBindings: [
    clusterRoleBinding('admin', user('admin')),
    clusterRoleBinding('cluster-admin', user('all')),
  ],
  roleBindings: [roleBinding('home', clusterRoleRef('cluster-admin'), user('local'))],
});

test('checkFullAuthority: what gives every right can be written only by whoever has every right', () => {
  for (const [group, part, isFull] of [
    [gitops, 'syncs', true],
    [gitops, 'syncs/status', true],
    [gitops, 'gitsources', true],
    [ignite, 'images/status', true],
    [ignite, 'kernels/status', true],
    [ignite, 'volumes/status', true],
    [ignite, 'snapshots/status', true],
    [ignite, 'hosts/status', true],
    [ignite, 'images', false],
    [ignite, 'vms', false],
    [ignite, 'vms/status', true],
    ['garden.example', 'syncs', false],
  ] as const) {
    const [resource = '', subresource] = part.split('/');
    const check = (name: string) => () =>
      checkFullAuthority(named(name), { group: group!, resource, subresource }, access);
    for (const name of ['admin', 'local'])
      if (isFull) assert.throws(check(name), { code: 'FORBIDDEN' }, `${name} ${part}`);
      else assert.doesNotThrow(check(name), `${name} ${part}`);
    assert.doesNotThrow(check('all'), part);
    assert.doesNotThrow(
      () =>
        checkFullAuthority(named('root', 'system:masters'), { group: group!, resource, subresource }, access),
      part,
    );
  }
});
