import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { portLines } from './port.ts';

const vm = (phase: Vm['status']['phase']): Vm =>
  sampleVm({
    spec: {
      network: {
        ports: [
          { hostPort: 8080, vmPort: 80 },
          { bindAddress: '::1', hostPort: 8081, vmPort: 80 },
          { bindAddress: '127.0.0.1', hostPort: 53, vmPort: 53, protocol: 'udp' },
        ],
      },
    },
    status: { phase },
  });

test('portLines: as Docker prints them', () => {
  assert.deepEqual(portLines(vm('Running')), [
    '80/tcp -> 0.0.0.0:8080\n',
    '80/tcp -> [::1]:8081\n',
    '53/udp -> 127.0.0.1:53\n',
  ]);
  assert.deepEqual(portLines(vm('Running'), { vmPort: 80, protocol: 'tcp' }), [
    '0.0.0.0:8080\n',
    '[::1]:8081\n',
  ]);
});

test('portLines: a port that is not published is an error, and a VM that does not run has none', () => {
  assert.throws(() => portLines(vm('Running'), { vmPort: 80, protocol: 'udp' }), {
    code: 'PORT_UNPUBLISHED',
  });
  assert.deepEqual(portLines(vm('Stopped')), []);
  assert.throws(() => portLines(vm('Stopped'), { vmPort: 80, protocol: 'tcp' }), {
    code: 'PORT_UNPUBLISHED',
  });
});
