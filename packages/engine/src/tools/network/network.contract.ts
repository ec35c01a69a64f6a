import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { withoutPrefix } from '@ignite/api/address/ip-address';
import type { Attachment, AttachRequest, CniInterfaceRequest, Network } from './network.ts';

const signal = new AbortController().signal;

export const eth0 = (more: Partial<CniInterfaceRequest> = {}): CniInterfaceRequest => ({
  kind: 'cni',
  name: 'eth0',
  addresses: [],
  lastAddresses: [],
  ...more,
});

/** Returns a request of a VM that only wants to be on the default network. */
export const attachRequest = (more: Partial<AttachRequest> = {}): AttachRequest => ({
  uid: newUid(),
  name: `vm-${randomBytes(3).toString('hex')}`,
  ports: [],
  vmmUid: 0x70000001,
  interfaces: [eth0()],
  reserved: [],
  dns: { servers: [], search: [], options: [] },
  labels: {},
  ...more,
});

export const addressOf = ({ nics }: Attachment): string => withoutPrefix(nics[0]?.addresses[0] ?? '');

/**
 * Tests what every network promises. `open` opens a network that nobody else uses and that has at least 50
 * addresses. It is closed after each test.
 */
export function testNetworkContract(
  name: string,
  open: () => Promise<Network & AsyncDisposable>,
  freePort: () => Promise<number>,
): void {
  const request = attachRequest;

  describe(`${name} keeps the network contract`, () => {
    test('a VM that was never attached is absent, and detaching it is no error', async () => {
      await using network = await open();
      const uid = newUid();
      assert.deepEqual(await network.observe(uid, signal), { state: 'absent' });
      await network.detach(uid, signal);
    });

    test('each VM gets an address and a MAC of its own, and a way out', async () => {
      await using network = await open();
      const [a, b] = [await network.attach(request(), signal), await network.attach(request(), signal)];
      assert.notEqual(addressOf(a), addressOf(b));
      assert.notEqual(a.nics[0]?.mac, b.nics[0]?.mac);
      assert.notEqual(a.netnsPath, b.netnsPath);
      assert.deepEqual(a.nics[0]?.routes, b.nics[0]?.routes);
      for (const { nics, dns } of [a, b]) {
        assert.equal(nics.length, 1);
        assert.match(nics[0]?.addresses[0] ?? '', /^\d+\.\d+\.\d+\.\d+\/\d+$/);
        assert.match(nics[0]?.mac ?? '', /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
        assert.ok(nics[0]?.routes.some(({ to, via }) => to === 'default' && via !== undefined));
        assert.ok(dns.length > 0);
      }
    });

    test('programs of the host have an address as a VM has, and a loopback of their own', async () => {
      await using network = await open();
      const { vmmUid: _user, ...asked } = request();
      const attachment = await network.attach(asked, signal);
      assert.deepEqual(
        attachment.nics.map(({ tap }) => tap),
        [undefined],
      );
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'attached', attachment });
      assert.deepEqual(await network.examineFirewall(signal), []);
      const ping = ['busybox', 'ping', '-c', '1', '-w', '60'];
      execFileSync('env', [...ping, addressOf(attachment)], { stdio: 'ignore' });
      const inside = [`--net=${attachment.netnsPath}`, ...ping, '127.0.0.1'];
      execFileSync('nsenter', inside, { stdio: 'ignore' });
      const other = await network.attach(request(), signal);
      assert.notEqual(addressOf(other), addressOf(attachment));
      await network.detach(asked.uid, signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'absent' });
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
      const address = addressOf(await network.attach(asked, signal));
      await network.detach(asked.uid, signal);
      const other = await network.attach(request(), signal);
      assert.notEqual(addressOf(other), address, 'addresses are not reused at once');
      const interfaces = [eth0({ lastAddresses: [address] })];
      assert.equal(addressOf(await network.attach({ ...asked, interfaces }, signal)), address);
      const rival = await network.attach(request({ interfaces }), signal);
      assert.notEqual(addressOf(rival), address);
    });

    test('an address or a MAC that is asked for is given, or refused', async () => {
      await using network = await open();
      const asked = request();
      const address = addressOf(await network.attach(asked, signal));
      await network.detach(asked.uid, signal);
      const wanted = request({ interfaces: [eth0({ addresses: [address], mac: '02:00:00:00:aa:07' })] });
      await network.validate(wanted);
      const attachment = await network.attach(wanted, signal);
      assert.equal(addressOf(attachment), address);
      assert.equal(attachment.nics[0]?.mac, '02:00:00:00:aa:07');

      const refusals: readonly [string, Partial<CniInterfaceRequest>][] = [
        ['ADDRESS_TAKEN', { addresses: [address] }],
        ['MAC_TAKEN', { mac: '02:00:00:00:aa:07' }],
        ['ADDRESS_INVALID', { addresses: ['192.0.2.1'] }],
        ['NETWORK_NOT_FOUND', { network: 'there-is-no-such-network' }],
      ];
      for (const [code, more] of refusals) {
        const late = request({ interfaces: [eth0(more)] });
        await assert.rejects(network.validate(late), { code });
        await assert.rejects(network.attach(late, signal), { code });
        await network.detach(late.uid, signal);
        assert.deepEqual(await network.observe(late.uid, signal), { state: 'absent' });
      }
    });

    test("an address that is another VM's is not given while that does not run", async () => {
      await using network = await open();
      const address = addressOf(await network.attach(request(), signal));
      const after = (step: number) => address.replace(/\d+$/, (last) => String(Number(last) + step));
      const reserved = [{ vm: 'owner', addresses: [after(1), after(2)], mac: '02:00:00:00:aa:08' }];
      assert.equal(addressOf(await network.attach(request({ reserved }), signal)), after(3));
      const refusals = [
        ['ADDRESS_TAKEN', { addresses: [after(1)] }],
        ['MAC_TAKEN', { mac: '02:00:00:00:aa:08' }],
      ] as const;
      for (const [code, more] of refusals) {
        const late = request({ reserved, interfaces: [eth0(more)] });
        await assert.rejects(network.validate(late), { code, message: /"owner"/ });
        await assert.rejects(network.attach(late, signal), { code });
      }
      const owner = request({ interfaces: [eth0({ addresses: [after(1)] })] });
      assert.equal(addressOf(await network.attach(owner, signal)), after(1));
    });

    test('an address that a VM was given is refused to others while it has it, and not to that VM', async () => {
      await using network = await open();
      const holder = request();
      const attachment = await network.attach(holder, signal);
      const interfaces = [eth0({ addresses: [addressOf(attachment)] })];
      const late = request({ interfaces });
      const holds = { code: 'ADDRESS_TAKEN', message: new RegExp(`"${holder.name}"`) };
      await assert.rejects(network.validate(late), holds);
      await assert.rejects(network.attach(late, signal), holds);
      await network.validate({ ...holder, interfaces });
      await network.detach(holder.uid, signal);
      await network.validate(late);
    });

    test('a VM may have several interfaces, even on one network', async () => {
      await using network = await open();
      const interfaces = [eth0(), eth0({ name: 'eth1' })];
      const asked = request({ interfaces });
      const { nics } = await network.attach(asked, signal);
      assert.deepEqual(
        nics.map(({ name }) => name),
        ['eth0', 'eth1'],
      );
      assert.equal(new Set(nics.flatMap(({ addresses }) => addresses)).size, 2);
      assert.equal(new Set(nics.map(({ mac }) => mac)).size, 2);
      assert.equal(new Set(nics.map(({ tap }) => tap)).size, 2);
      assert.ok(!nics[1]?.routes.some(({ to }) => to === 'default'), 'there is one way out');
      await network.detach(asked.uid, signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'absent' });
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

    test('ports are changed while the VM is attached', async () => {
      await using network = await open();
      const [first, second] = [await freePort(), await freePort()];
      const on = (...hostPorts: number[]) =>
        hostPorts.map((hostPort) => ({ hostPort, vmPort: 80, protocol: 'tcp' as const }));
      const asked = request({ ports: on(first) });
      const attachment = await network.attach(asked, signal);
      await network.changePorts(asked.uid, on(second), signal);
      await network.changePorts(asked.uid, on(second), signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'attached', attachment });

      const other = request({ ports: on(first) });
      await network.attach(other, signal);
      await assert.rejects(network.changePorts(asked.uid, on(second, first), signal), { code: 'PORT_TAKEN' });
      await assert.rejects(network.attach(request({ ports: on(second) }), signal), { code: 'PORT_TAKEN' });
      await network.changePorts(asked.uid, [], signal);
      await network.changePorts(other.uid, on(second, first), signal);
      await network.changePorts(newUid(), on(first), signal);
    });

    test('a VM gets another name and stays where it is', async () => {
      await using network = await open();
      const asked = request();
      const attachment = await network.attach(asked, signal);
      await network.rename(asked.uid, 'another', signal);
      await network.rename(asked.uid, 'another', signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'attached', attachment });
      await network.detach(asked.uid, signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'absent' });
      await network.rename(asked.uid, 'nobody', signal);
      assert.deepEqual(await network.observe(asked.uid, signal), { state: 'absent' });
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

    test('several requests at once are served one after the other', async () => {
      await using network = await open();
      const attachments = await Promise.all(
        Array.from({ length: 5 }, () => network.attach(request(), signal)),
      );
      assert.equal(new Set(attachments.map(addressOf)).size, 5);
    });
  });
}
