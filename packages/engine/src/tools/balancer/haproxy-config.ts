import { isIPv6 } from 'node:net';
import type { Balancer } from '@ignite/api/host-pod/host-pod';

const maxConnections = 1_000;

/**
 * Pure. Returns the configuration of an HAProxy that passes connections at an address on to servers that are ready. It passes
 * on bytes, so that only clients and servers see what is encrypted. A lone server is not checked: nobody could take its place.
 * Where none of several is ready, any of them is better than none: on a busy host they may all be slow to say so.
 */
export function haproxyConfig({ port, path, servers }: Balancer, address: string): string {
  const isChecked = servers.length > 1;
  const check = isChecked ? ` check${path === undefined ? '' : ' check-ssl verify none'}` : '';
  return [
    'global',
    '  log stdout format raw local0 notice',
    `  maxconn ${maxConnections}`,
    '  nbthread 1',
    '  hard-stop-after 10m',
    'defaults',
    '  mode tcp',
    '  log global',
    '  option redispatch',
    // Watches and streams are silent for long.
    '  option clitcpka',
    '  option srvtcpka',
    '  timeout client 1h',
    '  timeout server 1h',
    '  timeout connect 10s',
    // A server that is emulated may take seconds for the keys of a connection.
    '  timeout check 20s',
    '  default-server inter 10s fastinter 2s downinter 2s rise 1 fall 2 on-marked-down shutdown-sessions',
    'frontend clients',
    `  bind ${hostPort(address, port)}`,
    ...(isChecked ? ['  use_backend unready if { nbsrv(servers) eq 0 }'] : []),
    '  default_backend servers',
    'backend servers',
    '  balance leastconn',
    ...(isChecked && path !== undefined
      ? [`  option httpchk GET ${path}`, '  http-check expect status 200']
      : []),
    ...servers.map((each) => `${serverLine(each)}${check}`),
    ...(isChecked ? ['backend unready', '  balance leastconn', ...servers.map(serverLine)] : []),
    '',
  ].join('\n');
}

const serverLine = ({ name, address, port }: Balancer['servers'][number]): string =>
  `  server ${name} ${hostPort(address, port)}`;

const hostPort = (address: string, port: number): string =>
  `${isIPv6(address) ? `[${address}]` : address}:${port}`;
