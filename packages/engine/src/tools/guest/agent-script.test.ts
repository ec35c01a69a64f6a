import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const script = join(import.meta.dirname, '../../../../../guest/agent');

/** Runs guest/agent in a guest whose button is pressed three times. Returns how its init is asked to power off. */
function asked(comm: string, executable: string): readonly string[] {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'agent-script-'));
  const at = (name: string): string => join(dir.path, name);
  const program = (name: string, text: string): void =>
    writeFileSync(at(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  program(
    'busybox',
    `case $1 in
dd) echo . >>${at('presses')}; [ "$(grep -c . ${at('presses')})" -le 3 ] ;;
cat) cat "$2" ;;
readlink) echo ${executable} ;;
kill) echo "$*" >>${at('asked')} ;;
esac`,
  );
  program('poweroff', `echo poweroff >>${at('asked')}`);
  writeFileSync(at('event0'), '');
  writeFileSync(at('comm'), `${comm}\n`);
  const text = readFileSync(script, 'utf8')
    .replaceAll('/run/ignite/busybox', at('busybox'))
    .replaceAll('/dev/input/event0', at('event0'))
    .replaceAll('/proc/1/comm', at('comm'))
    .replaceAll('PATH=/sbin', `PATH=${dir.path}:/sbin`);
  execFileSync('sh', ['-c', text], { stdio: 'pipe' });
  return readFileSync(at('asked'), 'utf8').trimEnd().split('\n');
}

const cases = [
  ['systemd', '/usr/lib/systemd/systemd', 'kill -38 1'],
  ['init', '/bin/busybox', 'kill -USR2 1'],
  ['openrc-init', '/sbin/openrc-init', 'poweroff'],
] as const;
for (const [comm, executable, ask] of cases)
  test(`guest/agent: ${comm} is asked at each press, since it may not have heard the one before`, () => {
    assert.deepEqual(asked(comm, executable), [ask, ask, ask]);
  });
