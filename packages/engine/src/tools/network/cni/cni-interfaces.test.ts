import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Runner } from '@ignite/toolkit/process/runner';
import { CniInterfaces } from './cni-interfaces.ts';
import type { Cni, CniResult } from './cni.ts';

const { signal } = new AbortController();
const wanted = { addresses: [], lastAddresses: [], reserved: [] };
const begun = { list: { name: 'ignite' }, attachment: {}, onResult: async () => {} } as unknown as Parameters<
  CniInterfaces['add']
>[0];
const result = { ips: [{ address: '10.61.0.2/16' }] } as unknown as CniResult;

/** Attaches by plugins that fail so often with a message. Returns what was done, and the failure. */
async function attached(times: number, message: string): Promise<readonly string[]> {
  const done: string[] = [];
  const cni = {
    add: async () => {
      done.push('ADD');
      if (done.filter((each) => each === 'ADD').length <= times)
        throw new CodedError('CNI_FAILED', message, { hint: 'none' });
      return result;
    },
    del: async () => void done.push('DEL'),
  } as unknown as Cni;
  try {
    assert.equal(await new CniInterfaces(cni, {} as Runner).add(begun, wanted, signal), result);
  } catch (failure) {
    done.push((failure as Error).message);
  }
  return done;
}

test('CniInterfaces: a chain that others remove just before it is used is made again, once', async () => {
  const gone = 'iptables: No chain/target/match by that name.';
  assert.deepEqual(await attached(0, gone), ['ADD']);
  assert.deepEqual(await attached(1, gone), ['ADD', 'DEL', 'ADD']);
  assert.deepEqual(await attached(2, gone), ['ADD', 'DEL', 'ADD', gone]);
  assert.deepEqual(await attached(1, 'no addresses left'), ['ADD', 'no addresses left']);
});
