import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubeconfigAccess } from './kubeconfig-access.ts';

const kubeconfig = (user: object, more: object = {}): string =>
  JSON.stringify({
    'current-context': 'prod',
    clusters: [
      {
        name: 'prod',
        cluster: { server: 'https://10.0.0.1:6443', 'certificate-authority-data': 'Q0E=', ...more },
      },
    ],
    contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'admin' } }],
    users: [{ name: 'admin', user }],
  });

test('kubeconfigAccess: takes a token or a certificate with its key, and nobody else is anonymous', async () => {
  assert.equal(await kubeconfigAccess(kubeconfig({ token: 'word' }))?.token?.(), 'word');
  const pair = { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' };
  assert.deepEqual(kubeconfigAccess(kubeconfig(pair))?.tls, { ca: 'CA', cert: 'CERT', key: 'KEY' });
  assert.equal(kubeconfigAccess(kubeconfig(pair, { 'tls-server-name': 'a' }))?.tls?.servername, 'a');
  for (const user of [
    {},
    { token: '' },
    { 'client-certificate-data': 'Q0VSVA==' },
    { tokenFile: '/etc/shadow' },
    { exec: { command: 'sh' } },
  ])
    assert.equal(kubeconfigAccess(kubeconfig(user)), undefined);
});
