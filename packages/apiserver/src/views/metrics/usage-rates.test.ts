import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { type UsageSample, UsageMeter, ratesBetween } from './usage-rates.ts';

const sampleAt = (atMs: number, cpuSeconds: number, uid = 'a'): UsageSample => ({
  host: { cpuSeconds: cpuSeconds * 2, memory: 9, atMs },
  vms: new Map([[uid, { cpuSeconds, memory: 7, atMs }]]),
});

test('ratesBetween: the CPUs that were used in between, and the memory now', () => {
  const { host, vms } = ratesBetween(sampleAt(0, 1), sampleAt(2_000, 2), 'now');
  assert.deepEqual(host, { cpus: 1, memory: 9, windowMs: 2_000 });
  assert.deepEqual([...vms], [['a', { cpus: 0.5, memory: 7, windowMs: 2_000 }]]);
});

test('ratesBetween: what began in between, or anew, has no rate yet', () => {
  assert.equal(ratesBetween(sampleAt(0, 1, 'b'), sampleAt(2_000, 2), 'now').vms.size, 0);
  assert.equal(ratesBetween(sampleAt(0, 5), sampleAt(2_000, 2), 'now').vms.size, 0);
});

test('UsageMeter: measures for a second, or since somebody asked last if that is not long ago', async () => {
  let [now, samples, waited] = [0, 0, 0];
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      waited += ms;
      now += ms;
    },
  };
  const sample = async (): Promise<UsageSample> => {
    samples += 1;
    return sampleAt(now, now / 1_000);
  };
  const meter = new UsageMeter(sample, clock);
  const { signal } = new AbortController();
  const measured = async (): Promise<unknown> => (await meter.measure(signal)).vms.get('a')?.windowMs;
  assert.deepEqual([await measured(), samples, waited], [1_000, 2, 1_000]);
  now += 500;
  assert.deepEqual([await measured(), samples, waited], [1_000, 2, 1_000], 'it is known already');
  now += 4_500;
  assert.deepEqual([await measured(), samples, waited], [5_000, 3, 1_000]);
  now += 90_000;
  assert.deepEqual([await measured(), samples, waited], [1_000, 5, 2_000]);
});
