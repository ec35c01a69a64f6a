import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { parseOptions, tells } from './options.ts';

test('parseOptions: everything has a default, and labels are pairs', () => {
  const { dataDir, runDir, logLevel, nodeLabels, webhookListen } = parseOptions([]);
  assert.deepEqual(
    [dataDir, runDir, logLevel, nodeLabels, webhookListen],
    ['/var/lib/ignite', '/run/ignite', 'info', {}, undefined],
  );
  const options = parseOptions(['--node-label=a=b=c', '--node-label=d=', '--log-level=trace']);
  assert.deepEqual(options.nodeLabels, { a: 'b=c', d: '' });
  assert.ok(tells(options.logLevel, 'debug') && !tells('warn', 'info'));
});

test('parseOptions: the API is served only if asked for, in the run directory unless it says otherwise', () => {
  assert.equal(parseOptions([]).apiSocket, undefined);
  assert.equal(parseOptions(['--api']).apiSocket, '/run/ignite/api.sock');
  assert.equal(parseOptions(['--api', '--run-dir=/tmp/r']).apiSocket, '/tmp/r/api.sock');
  assert.equal(parseOptions(['--api', '--api-socket=/tmp/a']).apiSocket, '/tmp/a');
  for (const [text, host] of [
    ['127.0.0.1:6443', '127.0.0.1'],
    ['[::1]:6443', '::1'],
  ] as const)
    assert.deepEqual(parseOptions(['--api', `--api-address=${text}`]).apiAddress, { host, port: 6443 });
});

test('parseOptions: the command line wins over the configuration file', () => {
  const configured = { api: true, 'api-address': '127.0.0.1:1', 'log-level': 'warn', 'node-label': ['a=b'] };
  const { apiAddress, logLevel, nodeLabels, store } = parseOptions([], { ...configured, store: 'etcd://a' });
  assert.deepEqual(
    [apiAddress, logLevel, nodeLabels, store],
    [{ host: '127.0.0.1', port: 1 }, 'warn', { a: 'b' }, 'etcd://a'],
  );
  const words = ['--api=true', '--api-address=127.0.0.1:2', '--log-level=error', '--node-label=c=d'];
  const told = parseOptions(words, configured);
  assert.deepEqual([told.apiAddress?.port, told.logLevel, told.nodeLabels], [2, 'error', { c: 'd' }]);
  assert.equal(parseOptions(['--api=false'], { api: true }).apiSocket, undefined);
});

test('parseOptions: what it does not know is refused', () => {
  for (const argv of [
    ['--nope'],
    ['daemon'],
    ['--api-socket=/tmp/a'],
    ['--api-address=[::1]:1'],
    ['--api', '--api-address=6443'],
    ['--node-label==b'],
    ['--data-dir'],
  ])
    assert.throws(
      () => parseOptions(argv),
      (failure) => hasCode(failure, 'USAGE_INVALID'),
      argv[0],
    );
});

test('parseOptions: a management cluster is served if its kubeconfig is named, and its machines use what is allowed', () => {
  assert.equal(parseOptions([]).management, undefined);
  const { management } = parseOptions([
    '--management-kubeconfig=/etc/m',
    '--management-allow=networks=lan',
    '--management-allow=networks=10.244.0.0/16',
    '--management-allow=hostPaths=/srv/vms',
  ]);
  assert.equal(management?.kubeconfigFile, '/etc/m');
  assert.deepEqual(management?.allow, {
    ...{ hostPaths: ['/srv/vms'], files: [], networks: ['lan', '10.244.0.0/16'] },
    ...{ ports: ['1024-65535'], objects: [], services: [] },
  });
  for (const [argv, message] of [
    [['--management-allow=networks=lan'], /requires --management-kubeconfig/],
    [['--api', '--clusters', '--management-kubeconfig=a'], /excludes --clusters/],
    [['--management-kubeconfig=a', '--management-allow=kinds=VM'], /--management-allow: kinds/],
    [['--management-kubeconfig=a', '--management-allow=ports=x'], /--management-allow: ports\.0/],
    [['--management-kubeconfig=a', '--management-allow=lan'], /--management-allow/],
  ] as const)
    assert.throws(() => parseOptions(argv), message);
});
