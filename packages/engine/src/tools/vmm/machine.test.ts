import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KernelWords, kernelCommandLine } from './machine.ts';

const words = (kernel: Partial<KernelWords>): string =>
  kernelCommandLine({
    vmmArguments: 'console=ttyS0',
    arch: 'amd64',
    accel: { kind: 'tcg', tscKhz: 2_000_000 },
    cpus: 2,
    lostClocks: 0,
    extra: '',
    ...kernel,
  });

test('kernelCommandLine: under emulation init looks at the timer before other CPUs come up', () => {
  assert.match(words({}), / tsc=reliable tsc_early_khz=2000000 ignite\.timer=62500,10,0 maxcpus=1 /);
  assert.doesNotMatch(words({ cpus: 1 }), /maxcpus/);
  assert.doesNotMatch(words({ accel: { kind: 'kvm' } }), /timer|maxcpus|tsc/);
  assert.doesNotMatch(words({ arch: 'arm64', accel: { kind: 'tcg' } }), /timer|maxcpus|tsc/);
});

test('kernelCommandLine: after some boots in vain a timer that is somewhat off will do', () => {
  assert.match(words({ lostClocks: 1 }), / ignite\.timer=62500,10,1 /);
  assert.match(words({ lostClocks: 2 }), / ignite\.timer=62500,60,2 /);
});

test('kernelCommandLine: a user who says how many CPUs the kernel shall bring up is heard', () => {
  assert.doesNotMatch(words({ cpus: 4, extra: 'maxcpus=2' }), /maxcpus=1|ignite\.cpus/);
});
