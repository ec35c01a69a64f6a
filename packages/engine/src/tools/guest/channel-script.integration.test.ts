import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = mkdtempSync(join(tmpdir(), 'channel-script-'));
after(() => rmSync(root, { recursive: true }));

mkdirSync(join(root, 'bin'));
mkdirSync(join(root, 'dev'));
writeFileSync(join(root, 'dev/null'), '');
copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
copyFileSync(join(import.meta.dirname, '../../../../../guest/channel'), join(root, 'channel'));

/** Runs a script with the guest's shell and programs, in a root file system of its own. */
const runInGuest = (script: string): string =>
  execFileSync('chroot', [root, '/bin/busybox', 'sh', '-c', `. /channel\n${script}`], {
    encoding: 'utf8',
    timeout: 240_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const pipes = 'busybox rm -f /stdin /stdout /stderr; busybox mkfifo /stdin /stdout /stderr';

test('with_streams: a program that ends while the entrypoint’s streams are opened does not hinder it', () => {
  const printed = runInGuest(`${pipes}
    { busybox sleep 0.4; echo in >/stdin; } &
    { busybox sleep 0.8; busybox cat /stdout; } &
    { busybox sleep 1.2; busybox cat /stderr; } &
    for at in 0.2 0.6 1.0; do busybox sleep $at & done
    sh() { busybox sh "$@"; }
    with_streams busybox sh -c 'read line; echo "out: $line"; echo err >&2; exit 3'
    echo "exit $?"
    wait`);
  assert.deepEqual(printed.trim().split('\n').toSorted(), ['err', 'exit 3', 'out: in']);
});

test('end_streams: relays of streams that nobody has opened end', () => {
  const printed = runInGuest(`${pipes}
    busybox cat /stdout & relays=$!
    busybox cat /stderr & relays="$relays $!"
    # A relay that has not opened its pipe yet is not ended.
    { while :; do end_streams; busybox sleep 0.2; done; } & ending=$!
    wait $relays
    kill $ending
    echo ended`);
  assert.equal(printed, 'ended\n');
});
