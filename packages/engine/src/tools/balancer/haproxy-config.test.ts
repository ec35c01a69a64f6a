import assert from 'node:assert/strict';
import { test } from 'node:test';
import { haproxyConfig } from './haproxy-config.ts';

const a = { name: 'a', address: '10.61.0.3', port: 6_443 };
const b = { name: 'b', address: 'fd00::3', port: 6_443 };

const head = `global
  log stdout format raw local0 notice
  maxconn 1000
  nbthread 1
  hard-stop-after 10m
defaults
  mode tcp
  log global
  option redispatch
  option clitcpka
  option srvtcpka
  timeout client 1h
  timeout server 1h
  timeout connect 10s
  timeout check 20s
  default-server inter 10s fastinter 2s downinter 2s rise 1 fall 2 on-marked-down shutdown-sessions
frontend clients
`;

test('haproxyConfig: several servers are asked over TLS whether they are ready, and taken all the same if none is', () => {
  assert.equal(
    haproxyConfig({ port: 443, path: '/readyz', servers: [a, b] }, '10.61.0.2'),
    `${head}  bind 10.61.0.2:443
  use_backend unready if { nbsrv(servers) eq 0 }
  default_backend servers
backend servers
  balance leastconn
  option httpchk GET /readyz
  http-check expect status 200
  server a 10.61.0.3:6443 check check-ssl verify none
  server b [fd00::3]:6443 check check-ssl verify none
backend unready
  balance leastconn
  server a 10.61.0.3:6443
  server b [fd00::3]:6443
`,
  );
});

test('haproxyConfig: a lone server is not asked, and none refuses all connections', () => {
  const backend = '  default_backend servers\nbackend servers\n  balance leastconn\n';
  assert.equal(
    haproxyConfig({ port: 6_443, path: '/readyz', servers: [b] }, 'fd00::2'),
    `${head}  bind [fd00::2]:6443\n${backend}  server b [fd00::3]:6443\n`,
  );
  assert.equal(
    haproxyConfig({ port: 6_443, servers: [] }, '10.61.0.2'),
    `${head}  bind 10.61.0.2:6443\n${backend}`,
  );
});

test('haproxyConfig: without a path, a server that accepts connections is ready', () => {
  assert.match(
    haproxyConfig({ port: 6_443, servers: [a, b] }, '10.61.0.2'),
    /server a 10\.61\.0\.3:6443 check\n  server b \[fd00::3\]:6443 check\nbackend unready\n/,
  );
});
