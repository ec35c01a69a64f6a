import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { installService, uninstallService } from './install-service.ts';
import { renderServiceUnit } from '@ignite/api/client/service-unit';
import { hasSystemd } from './systemd.ts';

const dir = mkdtempSync(join(tmpdir(), 'service-unit-'));
after(() => rmSync(dir, { recursive: true }));
const op = { signal: new AbortController().signal, report: () => {} };

const unit = {
  command: ['/bin/true', '--data-dir=/srv/our vms', '100%', '$HOME', 'a"b\\c', 'restore'],
  environment: { IGNITE_CNI_SUBNET: '10.61.0.0/16', CNI_PATH: '/opt/c n i' },
};

test('renderServiceUnit: a service that starts VMs at boot and lets them live on', () =>
  assert.equal(
    renderServiceUnit(unit),
    `[Unit]
Description=Start Ignite VMs according to their restart policies
Documentation=man:ignite(1)
Wants=network-online.target
After=network-online.target containerd.service docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true "--data-dir=/srv/our vms" 100%% "$$HOME" "a\\"b\\\\c" restore
Environment=IGNITE_CNI_SUBNET=10.61.0.0/16
Environment="CNI_PATH=/opt/c n i"
KillMode=process
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`,
  ));

test(
  'renderServiceUnit: systemd finds nothing wrong with it',
  { skip: !existsSync('/usr/bin/systemd-analyze') },
  () => {
    const path = join(dir, 'ignite.service');
    writeFileSync(path, renderServiceUnit(unit));
    // A checkout has no manual pages installed.
    execFileSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path], { stdio: 'pipe' });
    rmSync(path);
  },
);

test(
  'installService: where no systemd runs the file is written, and goes again',
  { skip: hasSystemd() },
  async () => {
    const host = { runner: localRunner, unitDir: join(dir, 'made') };
    const path = join(host.unitDir, 'ignite.service');
    assert.deepEqual(await installService(unit, host, op), { path, outcome: 'written' });
    assert.deepEqual(await installService(unit, host, op), { path, outcome: 'written' }, 'again');
    assert.equal(readFileSync(path, 'utf8'), renderServiceUnit(unit));
    assert.equal(statSync(path).mode & 0o777, 0o644);
    assert.deepEqual(await uninstallService(host, op), { path, outcome: 'removed' });
    assert.deepEqual(await uninstallService(host, op), { path, outcome: 'absent' });
    assert.ok(!existsSync(path));
  },
);
