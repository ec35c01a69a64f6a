import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callRequest } from './call-request.ts';

test('a call is recorded with its VM and what it does to it, and without its arguments', () => {
  const access = { verb: 'create', resource: 'vms', subresource: 'exec', isOfVm: true };
  const vms = { isResource: true, group: 'ignite.weave.works', version: 'v1', resource: 'vms' };
  assert.deepEqual(callRequest('vms.exec', access, ['prod/web', { line: 'mysql -pS3cret' }]), {
    ...vms,
    verb: 'create',
    subresource: 'exec',
    namespace: 'prod',
    name: 'web',
  });
  assert.deepEqual(callRequest('vms.list', { verb: 'list', resource: 'vms' }, []), { ...vms, verb: 'list' });
  assert.deepEqual(callRequest('vms.create', 'everything', [{ spec: {} }]), {
    isResource: false,
    verb: 'post',
    path: '/calls/v1/vms.create',
  });
});
