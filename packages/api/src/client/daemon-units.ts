import { type ServiceUnit, commandText, environmentLines } from './service-unit.ts';

/** The time after which systemd takes ignited for dead if it does not hear of it, in seconds. */
const watchdogSeconds = 60;

/**
 * Pure. Writes the unit of ignited. Two things limit what systemd may do for its safety. The VMs that it starts are
 * in its cgroup and outlive it, so systemd may kill only ignited itself. Mounts that it makes, such as those of
 * network namespaces, must be seen by all of the host, so no setting can be used that gives it a view of its own of
 * the file system (all of `Protect…` and `Private…` do).
 */
export const renderDaemonUnit = ({ command, environment }: ServiceUnit): string =>
  [
    '[Unit]',
    'Description=Ignite: Kubernetes API, GitOps and restarts of VMs',
    'Documentation=man:ignite-daemon(1)',
    'Wants=network-online.target',
    'After=network-online.target ignite.service',
    'Requires=ignited.socket',
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=main',
    `ExecStart=${commandText(command)}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    ...environmentLines(environment),
    'Restart=always',
    'RestartSec=1',
    `WatchdogSec=${watchdogSeconds}`,
    'TimeoutStartSec=300',
    'TimeoutStopSec=60',
    'KillMode=process',
    'TasksMax=infinity',
    'LimitNOFILE=65536',
    'OOMPolicy=continue',
    'UMask=0022',
    'KeyringMode=private',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=~@reboot @swap @obsolete @cpu-emulation',
    'SystemCallErrorNumber=EPERM',
    'CapabilityBoundingSet=~CAP_SYS_BOOT CAP_SYS_TIME CAP_WAKE_ALARM CAP_SYS_PACCT',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    'Also=ignited.socket',
    '',
  ].join('\n');

/** Pure. Writes the unit of the socket of the API. It stays while ignited is started anew, so that no client is refused. */
export const renderDaemonSocket = (path: string): string =>
  [
    '[Unit]',
    'Description=Socket of the Kubernetes API of Ignite',
    '',
    '[Socket]',
    `ListenStream=${path.replaceAll('%', '%%')}`,
    'SocketMode=0600',
    'DirectoryMode=0711',
    'RemoveOnStop=yes',
    '',
    '[Install]',
    'WantedBy=sockets.target',
    '',
  ].join('\n');
