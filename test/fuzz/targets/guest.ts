import assert from 'node:assert/strict';
import { parseFileChanges } from '@ignite/engine/operations/changes/file-changes';
import { parseProbe } from '@ignite/engine/tools/guest/copy-script';
import {
  lastErrorLine,
  printedIn,
  readLogLine,
  sinceLastStart,
} from '@ignite/engine/tools/sandbox/console-log';
import { exitOf, parseGuestReports } from '@ignite/engine/vm/plan/exit-status';
import { guestEnd as firecrackerEnd } from '@ignite/engine/tools/vmm/firecracker/guest-end';
import { guestEnd as qemuEnd } from '@ignite/engine/tools/vmm/qemu/events';
import { mutatedText } from '../mutate.ts';
import { target } from '../target.ts';

const samples = [
  'ready\nexit 3\nno-ssh-server\nwrote 1024\nfailed it could not\n\0\0\0',
  '{"QMP": {}}\n{"return": {}}\n{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-panic"}}\n',
  '2026-01-01T00:00:00.0+00:00 stdout F hello\n2026-01-01T00:00:00.0+00:00 stderr P wor\n',
  '2026-01-01T00:00:00Z ignite F start\n2026-01-01T00:00:00.0+00:00 stderr F qemu: no\n',
  '[    3.134905] Kernel panic - not syncing: x\n',
  'file 644\n',
  'folder\n',
  'A etc/motd\nC var/log/x\nD tmp/y\n',
];
const words = [
  'exit ',
  'ready\n',
  'failed ',
  'wrote 9',
  ' stdout F ',
  ' ignite F start\n',
  '[ ',
  '] Kernel panic',
];

/** Everything that a guest, or a VMM that its guest has taken over, can write to files that Ignite reads. */
export const guest = target<string>({
  name: 'guest',
  make: (random) => mutatedText(samples, words, random),
  check: (text) => {
    const reports = parseGuestReports(text);
    for (const report of reports)
      if (report.kind === 'failed') assert.match(report.why, /^[\x20-\x7e]{1,200}$/);
    const ends = [qemuEnd(text), firecrackerEnd(text)];
    for (const end of ends) {
      assert.ok(end === undefined || /^(powered-off|rebooted|panicked|stopped)$/.test(end));
      const { kind, exitCode = 0 } = exitOf({ reports, guestEnd: end });
      assert.ok(kind === 'ended' || kind === 'rebooted');
      assert.ok(exitCode >= 0 && exitCode <= 999);
    }
    assert.ok(printedIn(text).length <= text.length);
    assert.ok(sinceLastStart(text).length <= text.length);
    assert.ok((lastErrorLine(text, () => true) ?? '').length <= text.length);
    for (const line of text.split('\n').slice(0, 100))
      assert.ok(['stdout', 'stderr', 'start', undefined].includes(readLogLine(line)?.from));
    const probed = parseProbe(text);
    if (probed.kind === 'file') assert.ok(probed.mode >= 0 && probed.mode <= 0o77777);
    for (const { path } of parseFileChanges(text)) assert.ok(path.startsWith('/'));
  },
});
