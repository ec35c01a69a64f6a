import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import type { Body } from '../request/decode-body.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { type AuditedRequest, auditEvent } from './audit-event.ts';
import { type AuditPolicy, auditLevel, auditPolicySchema, defaultPolicy } from './audit-policy.ts';

const vms = {
  isResource: true,
  group: 'ignite.weave.works',
  version: 'v1',
  resource: 'vms',
  namespace: 'home',
} as const;
const secrets = { ...vms, group: '', resource: 'secrets' } as const;
const ada = { name: 'ada', groups: ['ops'] };
const everything: AuditPolicy = { rules: [{ level: 'Request' }] };
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { key: 'c2VjcmV0' } };

const audited = (request: RequestInfo, more: Partial<AuditedRequest> = {}): AuditedRequest => ({
  id: '1',
  user: ada,
  request,
  uri: '/apis/ignite.weave.works/v1/namespaces/home/vms',
  answer: { code: 201 },
  receivedAtMs: 0,
  answeredAtMs: 5,
  ...more,
});

describe('auditLevel', () => {
  test('the first rule that fits decides, and what no rule is about is not recorded', () => {
    const rules: AuditPolicy = {
      rules: [
        { level: 'None', users: ['robot'] },
        { level: 'None', verbs: ['get'], nonResourceURLs: ['/livez', '/api/*'] },
        { level: 'Metadata', resources: [{ group: 'ignite.weave.works', resources: ['vms/exec'] }] },
        { level: 'Request', resources: [{ group: 'ignite.weave.works' }], namespaces: ['home'] },
        { level: 'Metadata', userGroups: ['ops'] },
      ],
    };
    for (const [user, request, level] of [
      [{ name: 'robot', groups: ['ops'] }, { ...vms, verb: 'create' }, 'None'],
      [ada, { isResource: false, verb: 'get', path: '/livez' }, 'None'],
      [ada, { isResource: false, verb: 'get', path: '/api/v1' }, 'None'],
      [ada, { isResource: false, verb: 'post', path: '/livez' }, 'Metadata'],
      [ada, { ...vms, verb: 'create', subresource: 'exec' }, 'Metadata'],
      [ada, { ...vms, verb: 'create' }, 'Request'],
      [ada, { ...vms, verb: 'create', namespace: 'work' }, 'Metadata'],
      [{ name: 'eve', groups: [] }, { ...vms, verb: 'create', namespace: 'work' }, 'None'],
    ] as const)
      assert.equal(auditLevel(user, request, rules), level, JSON.stringify({ user, request }));
  });

  test('no rule has secrets and tokens recorded', () => {
    for (const [resource, subresource] of [['secrets'], ['serviceaccounts', 'token'], ['tokenreviews']]) {
      const request = {
        ...secrets,
        verb: 'create',
        resource: resource!,
        ...(subresource && { subresource }),
      } as const;
      assert.equal(auditLevel(ada, request, everything), 'Metadata');
    }
    assert.equal(auditLevel(ada, { ...vms, verb: 'create' }, everything), 'Request');
  });

  test('a policy is checked strictly', () => {
    assert.ok(v.is(auditPolicySchema, defaultPolicy));
    for (const wrong of [
      {},
      { rules: [{}] },
      { rules: [{ level: 'RequestResponse' }] },
      { rules: [], more: 1 },
    ])
      assert.ok(!v.is(auditPolicySchema, wrong), JSON.stringify(wrong));
  });

  test('by default, all but what programs ask all the time is recorded', () => {
    const level = (request: RequestInfo) => auditLevel(ada, request, defaultPolicy);
    assert.equal(level({ isResource: false, verb: 'get', path: '/readyz' }), 'None');
    assert.equal(level({ ...vms, verb: 'list' }), 'Metadata');
    assert.equal(level({ ...secrets, verb: 'get', name: 's' }), 'Metadata');
  });
});

describe('auditEvent', () => {
  test('it says who did what to which object, when, and how that ended', () => {
    const request = { ...vms, verb: 'create', name: 'web', subresource: 'exec' } as const;
    const event = auditEvent(
      audited(request, {
        sourceAddress: '10.0.0.7',
        userAgent: `kubectl/${'x'.repeat(1_000)}`,
        decision: { isAllowed: false, reason: 'no rule' },
        answer: { code: 403, reason: 'Forbidden' },
      }),
      defaultPolicy,
    );
    assert.deepEqual(event, {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: '1',
      stage: 'ResponseComplete',
      requestURI: '/apis/ignite.weave.works/v1/namespaces/home/vms',
      verb: 'create',
      user: { username: 'ada', groups: ['ops'] },
      sourceIPs: ['10.0.0.7'],
      userAgent: `kubectl/${'x'.repeat(248)}`,
      objectRef: {
        resource: 'vms',
        namespace: 'home',
        name: 'web',
        apiGroup: 'ignite.weave.works',
        apiVersion: 'v1',
        subresource: 'exec',
      },
      responseStatus: { metadata: {}, code: 403, reason: 'Forbidden' },
      requestReceivedTimestamp: '1970-01-01T00:00:00.000000Z',
      stageTimestamp: '1970-01-01T00:00:00.005000Z',
      annotations: {
        'authorization.k8s.io/decision': 'forbid',
        'authorization.k8s.io/reason': 'no rule',
      },
    });
  });

  test('the body is in it where a rule says so, and no secret ever is', () => {
    const sent = (content: unknown): Body => ({
      bytes: Buffer.from(JSON.stringify(content)),
      contentType: 'application/json',
    });
    const body = sent({ kind: 'VM' });
    const request = { ...vms, verb: 'create' } as const;
    assert.deepEqual(auditEvent(audited(request, { body }), everything)?.['requestObject'], { kind: 'VM' });
    assert.equal(auditEvent(audited(request, { body }), defaultPolicy)?.['requestObject'], undefined);
    for (const shown of [
      auditEvent(audited({ ...secrets, verb: 'create' }, { body: sent(secret) }), everything),
      auditEvent(audited(request, { body: sent(secret) }), everything),
    ])
      assert.doesNotMatch(JSON.stringify(shown), /c2VjcmV0/);
  });

  test('who acts as another user is recorded as well as whom he acts as', () => {
    const impersonated = { name: 'bob', groups: [] };
    const event = auditEvent(audited({ ...vms, verb: 'list' }, { impersonated }), defaultPolicy);
    assert.deepEqual(event?.['user'], { username: 'ada', groups: ['ops'] });
    assert.deepEqual(event?.['impersonatedUser'], { username: 'bob', groups: [] });
  });

  test('whoever is not known is recorded as that', () => {
    const event = auditEvent(audited({ ...vms, verb: 'list' }, { user: undefined }), defaultPolicy);
    assert.deepEqual(event?.['user'], { username: 'system:anonymous', groups: ['system:unauthenticated'] });
  });

  test('of the query, only what cannot be secret is shown', () => {
    const uri = '/x?command=mysql&command=-pS3cret&tty=true&labelSelector=a%3Db&token=abc';
    const event = auditEvent(audited({ ...vms, verb: 'create' }, { uri }), everything);
    assert.equal(
      event?.['requestURI'],
      '/x?command=%28hidden%29&command=%28hidden%29&tty=true&labelSelector=a%3Db&token=%28hidden%29',
    );
  });
});
