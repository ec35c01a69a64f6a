import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { impersonationRequests } from './impersonation-requests.ts';
import { wantedUser } from './wanted-user.ts';

describe('wantedUser', () => {
  test('nobody is asked for without headers that say so', () => {
    assert.equal(wantedUser(['Host', 'ignite', 'Impersonator', 'x']), undefined);
  });

  test('a user has what the headers say, and is one whom the server knows', () => {
    const headers = ['Impersonate-User', 'ada', 'IMPERSONATE-group', 'ops', 'Impersonate-Group', 'dev, all'];
    const more = ['Impersonate-Uid', '7', 'Impersonate-Extra-a.example%2Fscopes', 'x'];
    const again = ['impersonate-extra-A.EXAMPLE%2Fscopes', 'y'];
    assert.deepEqual(wantedUser([...headers, ...more, ...again])?.user, {
      name: 'ada',
      uid: '7',
      groups: ['ops', 'dev, all', 'system:authenticated'],
      extra: { 'a.example/scopes': ['x', 'y'] },
    });
  });

  test('a service account is in its groups, and nobody known is', () => {
    const groupsOf = (name: string) => wantedUser(['impersonate-user', name])?.user.groups;
    assert.deepEqual(groupsOf('system:serviceaccount:home:robot'), [
      'system:serviceaccounts',
      'system:serviceaccounts:home',
      'system:authenticated',
    ]);
    assert.deepEqual(groupsOf('system:anonymous'), ['system:unauthenticated']);
  });

  test('what it does not understand is refused, so that nobody acts as himself by mistake', () => {
    for (const headers of [
      ['impersonate-group', 'viewers'],
      ['impersonate-uid', '1'],
      ['impersonate-extra-reason', 'x'],
      ['impersonate-user', ''],
      ['impersonate-user', 'a', 'impersonate-user', 'b'],
      ['impersonate-user', 'a', 'impersonate-uid', '1', 'impersonate-uid', '2'],
      ['impersonate-user', 'a', 'impersonate-users', 'b'],
    ])
      assert.throws(() => wantedUser(headers), { code: 'BAD_REQUEST' }, headers.join(' '));
  });
});

describe('impersonationRequests', () => {
  const asked = (...headers: readonly string[]) =>
    impersonationRequests(wantedUser(headers)!).map(({ verb, group, resource, ...rest }) =>
      [
        verb,
        group,
        resource,
        rest.subresource ?? '',
        rest.namespace === undefined ? '' : `${rest.namespace}/`,
        rest.name ?? '',
      ].join(' '),
    );

  test('each part of the user must be allowed, and groups that go with the name need not', () => {
    assert.deepEqual(
      asked(
        ...['impersonate-user', 'ada', 'impersonate-group', 'ops', 'impersonate-uid', '7'],
        ...['impersonate-extra-reason', 'x'],
      ),
      [
        'impersonate  users   ada',
        'impersonate  groups   ops',
        'impersonate authentication.k8s.io uids   7',
        'impersonate authentication.k8s.io userextras reason  x',
      ],
    );
    assert.deepEqual(asked('impersonate-user', 'system:serviceaccount:home:robot'), [
      'impersonate  serviceaccounts  home/ robot',
    ]);
  });

  test('whoever acts as one who may do everything must be allowed everything', () => {
    assert.deepEqual(
      asked('impersonate-user', 'a', 'impersonate-group', 'system:masters').at(-1),
      '* * *   ',
    );
  });
});
