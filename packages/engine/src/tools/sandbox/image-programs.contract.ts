import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { hostTree } from './host-tree.ts';
import {
  type SandboxUnderTest,
  callNumbers,
  ended,
  families,
  perlCalls,
  printed,
} from './sandbox.contract.ts';

/** Tests for runtimes that can isolate the programs of images. */
export function testImagePrograms(open: () => Promise<SandboxUnderTest>): void {
  test('a program of an image sees that image alone, and opens sockets of IP and of no other kind', async () => {
    await using at = await open();
    const uid = newUid();
    const rootfs = join(at.dir, 'image');
    for (const folder of ['bin', 'etc']) mkdirSync(join(rootfs, folder), { recursive: true });
    copyFileSync('/bin/busybox', join(rootfs, 'bin/busybox'));
    writeFileSync(join(rootfs, 'etc/name'), 'of the image');
    const own = [
      ...hostTree().readOnly.map((path) => ({ source: path, target: path, writable: false })),
      { source: '/bin/busybox', target: '/kept/hidden/busybox', writable: false },
    ];
    const calls = Object.entries(families).map(
      ([family, number]) => `${family},${callNumbers.socket},${number},2,0`,
    );
    const line = [
      'cd /; /bin/busybox ls; /bin/busybox cat /etc/name; echo; /bin/busybox touch /etc/more; echo "touch: $?"',
      '/bin/busybox ls /kept/hidden',
      `for call in ${calls.join(' ')}; do /usr/bin/perl -e '${perlCalls.replaceAll('exit if !$done', 'exit if $done >= 0')}' "$call"; done`,
    ].join('; ');
    const argv = ['/bin/busybox', 'sh', '-c', line];
    await at.launch(uid, '', { argv, rootfs, usesIp: true, mounts: own });
    await ended(at.sandbox, uid);
    const said = await printed(uid, at, /^AF_VSOCK: .*\n/m);
    assert.match(said, /of the image\n/);
    assert.match(said, /touch: [1-9]/);
    assert.match(said, /^busybox$/m);
    assert.ok(!/^(home|root|var)$/m.test(said), said);
    const refused = constants.errno.EAFNOSUPPORT;
    for (const family of ['AF_PACKET', 'AF_ALG', 'AF_VSOCK'])
      assert.match(said, new RegExp(`${family}: ${refused}`), said);
    for (const family of ['AF_INET', 'AF_INET6', 'AF_NETLINK'])
      assert.match(said, new RegExp(`${family}: done`), said);
  });
}
