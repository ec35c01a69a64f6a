import { type Machine, type MachineDisk, type MachineNic, type RateLimit, statusDisk } from '../machine.ts';
import type { FirecrackerRequest } from './api-schema.ts';

/**
 * The lowest context ID that a guest may have. All guests have it, since each has a Firecracker of its own.
 */
const guestCid = 3;
const metadataAddress = '169.254.169.254';
const refillMs = 1_000;
const statsIntervalSeconds = 5;

/**
 * Pure. Returns the requests for a Firecracker that has just been launched, in this order: everything that
 * can be set only before the start, and then the start. The drives follow the order of `machine.disks`, by
 * which the guest numbers them. The last drive is the one that receives the guest's reports.
 */
export function bootRequests(machine: Machine): readonly FirecrackerRequest[] {
  return [
    // The log goes to the standard error, since the standard output is the guest's console.
    {
      method: 'PUT',
      path: '/logger',
      body: { log_path: '/proc/self/fd/2', level: 'Warning', show_level: true },
    },
    ...metricsRequests(machine),
    {
      method: 'PUT',
      path: '/machine-config',
      body: { vcpu_count: machine.cpus, mem_size_mib: machine.memory / 2 ** 20, smt: false },
    },
    {
      method: 'PUT',
      path: '/boot-source',
      body: {
        kernel_image_path: machine.kernel.path,
        initrd_path: machine.kernel.initrd,
        boot_args: machine.kernel.commandLine,
      },
    },
    ...[...machine.disks, statusDisk(machine)].map(driveRequest),
    ...machine.nics.map(nicRequest),
    { method: 'PUT', path: '/entropy', body: {} },
    {
      method: 'PUT',
      path: '/balloon',
      body: { amount_mib: 0, deflate_on_oom: true, stats_polling_interval_s: statsIntervalSeconds },
    },
    ...vsockRequests(machine),
    ...metadataRequests(machine),
    { method: 'PUT', path: '/actions', body: { action_type: 'InstanceStart' } },
  ];
}

const metricsRequests = ({ metricsPath }: Machine): readonly FirecrackerRequest[] =>
  metricsPath === undefined ? [] : [{ method: 'PUT', path: '/metrics', body: { metrics_path: metricsPath } }];

const vsockRequests = ({ vsockPath }: Machine): readonly FirecrackerRequest[] =>
  vsockPath === undefined
    ? []
    : [{ method: 'PUT', path: '/vsock', body: { guest_cid: guestCid, uds_path: vsockPath } }];

const metadataRequests = ({ metadata }: Machine): readonly FirecrackerRequest[] =>
  metadata === undefined
    ? []
    : [
        {
          method: 'PUT',
          path: '/mmds/config',
          body: {
            network_interfaces: ['eth0'],
            version: 'V2',
            ipv4_address: metadataAddress,
            imds_compat: true,
          },
        },
        { method: 'PUT', path: '/mmds', body: { ...metadata } },
      ];

function driveRequest({ path, readOnly, limit }: MachineDisk, at: number): FirecrackerRequest {
  // The ID is the guest's name for the drive. An ID contains only letters, digits and underscores, but a
  // serial may contain other characters.
  const id = `vd${String.fromCharCode('a'.charCodeAt(0) + at)}`;
  return {
    method: 'PUT',
    path: `/drives/${id}`,
    body: {
      drive_id: id,
      path_on_host: path,
      is_root_device: false,
      is_read_only: readOnly,
      cache_type: 'Writeback',
      ...(limit && { rate_limiter: rateLimiter(limit) }),
    },
  };
}

const nicRequest = ({ tap, mac, limit }: MachineNic, at: number): FirecrackerRequest => ({
  method: 'PUT',
  path: `/network-interfaces/eth${at}`,
  body: {
    iface_id: `eth${at}`,
    host_dev_name: tap,
    guest_mac: mac,
    ...(limit && { rx_rate_limiter: rateLimiter(limit), tx_rate_limiter: rateLimiter(limit) }),
  },
});

const rateLimiter = ({ bytesPerSecond, operationsPerSecond }: RateLimit) => ({
  ...(bytesPerSecond !== undefined && { bandwidth: { size: bytesPerSecond, refill_time: refillMs } }),
  ...(operationsPerSecond !== undefined && { ops: { size: operationsPerSecond, refill_time: refillMs } }),
});
