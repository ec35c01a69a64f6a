import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { installService, uninstallService } from './install-service.ts';
import { renderDaemonSocket, renderDaemonUnit } from '@ignite/api/client/daemon-units';
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

const systemdAnalyze = '/usr/bin/systemd-analyze';

for (const [title, units] of [
  ['renderServiceUnit: systemd finds nothing wrong with it', [['ignite.service', renderServiceUnit(unit)]]],
  [
    'renderDaemonUnit and renderDaemonSocket: systemd finds nothing wrong with them',
    [
      ['ignited.service', renderDaemonUnit(unit)],
      ['ignited.socket', renderDaemonSocket('/run/our ignite/api.sock')],
    ],
  ],
] as const)
  test(title, { skip: !existsSync(systemdAnalyze) && 'there is no systemd-analyze' }, () => {
    const paths = units.map(([name, text]) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    });
    // A checkout has no manual pages installed.
    const told = execFileSync(systemdAnalyze, ['verify', '--man=no', '--recursive-errors=no', ...paths], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
    assert.equal(told, '');
    for (const path of paths) rmSync(path);
  });

test('renderDaemonUnit: ignited is watched, VMs outlive it, and mounts that it makes are seen by the host', () => {
  const text = renderDaemonUnit(unit);
  for (const line of ['Type=notify', 'WatchdogSec=60', 'KillMode=process', 'Restart=always'])
    assert.ok(text.split('\n').includes(line), line);
  assert.doesNotMatch(text, /^(?:Protect|Private|ReadOnly|ReadWrite|Inaccessible|RootDirectory|MountFlags)/m);
});

test(
  'installService: where no systemd runs the files are written, and go again',
  { skip: hasSystemd() },
  async () => {
    const host = { runner: localRunner, unitDir: join(dir, 'made') };
    const units = ['a.service', 'a.socket'].map((name) => ({ name, text: `# ${name}\n` }));
    const paths = units.map(({ name }) => join(host.unitDir, name));
    const all = (outcome: string) => paths.map((path) => ({ path, outcome }));
    assert.deepEqual(await installService(units, host, op), all('written'));
    assert.deepEqual(await installService(units, host, op), all('written'), 'again');
    assert.equal(readFileSync(paths[0]!, 'utf8'), '# a.service\n');
    assert.equal(statSync(paths[0]!).mode & 0o777, 0o644);
    const names = units.map(({ name }) => name);
    assert.deepEqual(await uninstallService(names, host, op), all('removed'));
    assert.deepEqual(await uninstallService(names, host, op), all('absent'));
    assert.ok(!existsSync(paths[0]!));
  },
);
