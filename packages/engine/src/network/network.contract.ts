import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import type { AttachRequest, Network } from './network.ts';

const signal = AbortSignal.timeout(120_000);

/** What every network promises, as tests. `open` gives one that nobody else uses, and is closed after each test. */
export function testNetworkContract(
  name: string,
  open: () => Promise<Network & AsyncDisposable>,
  freePort: () => Promise<number>,
): void {
  const request = (more: Partial<AttachRequest> = {}): AttachRequest => ({
    uid: newUid(),
    name: `vm-${randomBytes(3).toString('hex')}`,
    ports: [],
    vmmUid: 0x70000001,
    ...more,
  });

  describe(`${name} keeps the network contract`, () => {
    test('what was never attached is absent, and detaching it is no error', async () => {
      await using network = await open();
      const uid = newUid();
      assert.deepEqual(await network.observe(uid, signal), { state: 'absent' });
      await network.detach(uid, signal);
    });

    test('each VM gets an address and a MAC of its own, and a gateway', async () => {
      await using network = await open();
      const [a, b] = [await network.attach(request(), signal), await network.attach(request(), signal)];
      assert.notEqual(a.address, b.address);
      assert.notEqual(a.mac, b.mac);
      assert.notEqual(a.netnsPath, b.netnsPath);
      assert.equal(a.gateway, b.gateway);
      for (const { address, mac, dns } of [a, b]) {
        assert.match(address, /^\d+\.\d+\.\d+\.\d+\/\d+$/);
        assert.match(mac, /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
        assert.ok(dns.length > 0);
      }
    });

    test('attaching again changes nothing', async () => {
      await using network = await open();
      const asked = request();
      const attachment = await network.attach(asked, signal);
      assert.deepEqual(await network.attach(asked, signal), attachment);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'attached', attachment });
    });

    test('a VM gets its last address back, unless it was given away', async () => {
      await using network = await open();
      const asked = request();
      const address = (await network.attach(asked, signal)).address.split('/')[0]!;
      await network.detach(asked.uid, signal);
      const other = await network.attach(request(), signal);
      assert.notEqual(other.address.split('/')[0], address, 'addresses are not reused at once');
      assert.equal((await network.attach({ ...asked, address }, signal)).address.split('/')[0], address);
      const rival = await network.attach(request({ address }), signal);
      assert.notEqual(rival.address.split('/')[0], address);
    });

    test('detaching is complete and can be repeated', async () => {
      await using network = await open();
      const asked = request({ ports: [{ hostPort: await freePort(), vmPort: 80, protocol: 'tcp' }] });
      await network.attach(asked, signal);
      await network.detach(asked.uid, signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'absent' });
      await network.detach(asked.uid, signal);
      await network.attach(asked, signal);
    });

    test('a port of the host is published once', async () => {
      await using network = await open();
      const ports = [{ hostPort: await freePort(), vmPort: 80, protocol: 'tcp' as const }];
      await network.attach(request({ ports }), signal);
      const late = request({ ports });
      await assert.rejects(network.attach(late, signal), { code: 'PORT_TAKEN' });
      assert.deepEqual(await network.observe(late.uid, signal), { state: 'absent' });
    });

    test('an attachment that was cut short is done by the next try, or undone', async () => {
      await using network = await open();
      for (const afterMs of [1, 40, 120]) {
        const asked = request();
        const cut = AbortSignal.timeout(afterMs);
        await network.attach(asked, cut).catch((failure: unknown) => assert.ok(cut.aborted, String(failure)));
        const attachment = await network.attach(asked, signal);
        assert.deepEqual(await network.observe(asked.uid, signal), { state: 'attached', attachment });

        const undone = request();
        const again = AbortSignal.timeout(afterMs);
        await network
          .attach(undone, again)
          .catch((failure: unknown) => assert.ok(again.aborted, String(failure)));
        await network.detach(undone.uid, signal);
        assert.deepEqual(await network.observe(undone.uid, signal), { state: 'absent' });
      }
    });

    test('many at once are served one after the other', async () => {
      await using network = await open();
      const attachments = await Promise.all(
        Array.from({ length: 5 }, () => network.attach(request(), signal)),
      );
      assert.equal(new Set(attachments.map(({ address }) => address)).size, 5);
    });
  });
}
