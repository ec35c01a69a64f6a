import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { timed } from './measure.ts';
import type { Ignite } from '../test/e2e/fixtures/ignite.ts';

const port = '/dev/vport0p1';

/** The guest has nothing but a busybox and the kernel's drivers, which open the port. */
const prepare = [
  '/bin/busybox mkdir -p /dev /sys',
  '/bin/busybox --install -s /bin',
  'mount -t sysfs sysfs /sys',
  'mount -t devtmpfs devtmpfs /dev',
  'while read -r module; do insmod /modules/$module; done </modules.order',
  `until [ -e ${port} ]; do sleep 0.1; done`,
  `exec 4<>${port}`,
].join('; ');

/** Returns the milliseconds in which a guest writes blocks of 64 KiB to a virtio-serial port of QEMU. */
export async function writeBarePort(ignite: Ignite, blocks: number): Promise<number> {
  return await withPort(ignite, `dd if=/dev/zero bs=64k count=${blocks} >&4; sleep 60`, async (socket) => {
    await once(socket, 'readable');
    return await timed(() => receive(socket, blocks * 65_536));
  });
}

/** Returns the milliseconds in which a guest reads blocks of 64 KiB from a virtio-serial port of QEMU. */
export async function readBarePort(ignite: Ignite, blocks: number): Promise<number> {
  const script = `echo >&4; dd bs=64k count=${blocks} iflag=fullblock of=/dev/null <&4; echo >&4; sleep 60`;
  return await withPort(ignite, script, async (socket) => {
    await receive(socket, 1);
    return await timed(async () => {
      socket.write(Buffer.alloc(blocks * 65_536));
      await receive(socket, 1);
    });
  });
}

/** Reads until so many bytes have come. */
export async function receive(from: NodeJS.ReadableStream, bytes: number): Promise<void> {
  let left = bytes;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onData = (part: Buffer): void => {
    left -= part.length;
    if (left <= 0) resolve();
  };
  const onEnd = (): void => reject(new Error(`${left} bytes did not come`));
  from.on('data', onData).once('end', onEnd).resume();
  await promise.finally(() => from.off('data', onData).off('end', onEnd));
}

async function withPort(
  ignite: Ignite,
  script: string,
  measure: (socket: Socket) => Promise<number>,
): Promise<number> {
  const [kernel] = globSync(join(ignite.paths.dataDir, 'kernels/*/kernel'));
  const path = join(ignite.dir, 'bare.sock');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const qemu = spawn('qemu-system-x86_64', qemuArgs(kernel!, path, script), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const [socket] = (await once(server, 'connection')) as [Socket];
    return await measure(socket).finally(() => socket.destroy());
  } finally {
    server.close();
    qemu.kill('SIGKILL');
    await once(qemu, 'exit');
  }
}

/** The machine of a VM of Ignite under emulation, as far as it matters here. */
const qemuArgs = (kernel: string, socket: string, script: string): readonly string[] => [
  ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
  ...['-accel', 'tcg,tb-size=128', '-machine', 'microvm,acpi=on,rtc=on,pit=on,pic=on,usb=off'],
  ...['-cpu', 'max,erms=off,fsrm=off', '-m', '512M'],
  ...['-kernel', kernel, '-initrd', join(kernel, '../initrd')],
  '-append',
  `quiet tsc=reliable tsc_early_khz=2000000 rdinit=/bin/busybox -- sh -c "${prepare}; ${script}"`,
  ...['-device', 'virtio-serial-device', '-chardev', `socket,id=port,path=${socket}`],
  ...['-device', 'virtserialport,chardev=port,nr=1'],
];
