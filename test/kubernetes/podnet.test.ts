import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const podnet = join(import.meta.dirname, '../../images/kubernetes/files/usr/local/libexec/podnet');

/** Runs a part of podnet that only reads and writes text. */
const run = (args: readonly string[], input = ''): string =>
  execFileSync(podnet, args, { input, encoding: 'utf8' });

const plan = (own: string, ...nodes: readonly string[]): string =>
  run(['plan', own], nodes.map((node) => `${node}\n`).join(''));

/** Returns a node as the API server tells of it. */
const node = (name: string, podCIDRs: readonly string[], ...addresses: readonly string[]) => ({
  metadata: { name },
  spec: { podCIDRs },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      ...addresses.map((address) => ({ type: 'InternalIP', address })),
    ],
  },
});

const lines = (...items: readonly object[]): string => run(['lines'], JSON.stringify({ items }));

test('lines: the Pod networks and the addresses of each node', () => {
  assert.equal(
    lines(node('a', ['10.244.0.0/24', 'fd00:0::/64'], '10.1.0.2', 'fd01::2'), node('b', [], '10.1.0.3'), {
      metadata: { name: 'c' },
      spec: {},
      status: {},
    }),
    'a 10.244.0.0/24 fd00:0::/64 ; 10.1.0.2 fd01::2\nb  ; 10.1.0.3\nc  ; \n',
  );
});

test('lines: what is no address or network is left out, so that no node speaks for another one', () => {
  const forged = '10.1.0.4\nghost 0.0.0.0/0 10.244.0.0/25 ; 10.1.0.4';
  const nodes = lines(
    node('evil', ['10.244.4.0/24', '0.0.0.0/0', '10.0.0.0/8 }\n'], forged, '10.1.0.4\n', '10.1.0.5 x', ''),
    node('good', ['10.244.5.0/24'], 'somewhere', '10.1.0.6'),
  );
  assert.equal(nodes, 'evil 10.244.4.0/24 ; \ngood 10.244.5.0/24 ; 10.1.0.6\n');
  assert.equal(run(['plan', 'me'], nodes), '10.244.5.0/24 10.1.0.6\n');
});

test('plan: a route to the Pods of each other node, by its first address of the same family', () => {
  assert.equal(
    plan(
      'a',
      'a 10.244.0.0/24 fd00:0::/64 ; 10.1.0.2 fd01::2',
      'c 10.244.2.0/24 ; 10.1.0.4 10.9.0.4',
      'b 10.244.1.0/24 fd00:1::/64 ; 10.1.0.3 fd01::3',
    ),
    '10.244.1.0/24 10.1.0.3\n10.244.2.0/24 10.1.0.4\nfd00:1::/64 fd01::3\n',
  );
});

test('plan: nothing for a node that has no network or no address yet, and nothing for this node alone', () => {
  assert.equal(
    plan('a', 'a 10.244.0.0/24 ; 10.1.0.2', 'b  ; 10.1.0.3', 'c 10.244.2.0/24 ; ', 'd fd00::/64 ; 10.1.0.5'),
    '',
  );
  assert.equal(plan('a'), '');
});

test('plan: one family is not reached through an address of the other', () => {
  assert.equal(plan('a', 'b 10.244.1.0/24 ; fd01::3'), '');
});

test('conf: the bridge plugin with a range and a default route for each network of the node', () => {
  const { plugins } = JSON.parse(run(['conf', '10.244.1.0/24', 'fd00:1::/64'])) as {
    plugins: readonly { readonly type: string; readonly ipam?: object }[];
  };
  assert.deepEqual(
    plugins.map(({ type }) => type),
    ['bridge', 'portmap'],
  );
  assert.deepEqual(plugins[0]?.ipam, {
    type: 'host-local',
    ranges: [[{ subnet: '10.244.1.0/24' }], [{ subnet: 'fd00:1::/64' }]],
    routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
  });
});

/** Runs a script where the network and /run are of its own, as is what it changes in /etc and /var/lib, and CNI is not configured. */
function inNamespace(script: string): string {
  const setup = `mount -t tmpfs tmpfs /run
    for dir in /etc /var/lib; do
      mkdir -p /run/over$dir/upper /run/over$dir/work
      mount -t overlay -o lowerdir=$dir,upperdir=/run/over$dir/upper,workdir=/run/over$dir/work overlay $dir
    done
    rm -rf /etc/cni; mkdir -p /etc/cni/net.d
    ip link set lo up; ip link add eth0 type veth peer name eth1; ip link set eth1 up; ip link set eth0 up
    ip address add 10.1.0.2/24 dev eth0
    nodes() { printf '%s\\n' "$@" >/run/podnet.nodes; "$podnet" apply a; }
    routes() { ip -o -4 route show proto 96 | sort; }`;
  const flags = ['--mount', '--net', '--propagation', 'private'];
  return execFileSync('unshare', [...flags, 'sh', '-euc', `${setup}\n${script}`], {
    encoding: 'utf8',
    env: { ...process.env, podnet },
  });
}

test('apply: routes come and go with the nodes, and those of others are left alone', () => {
  const printed = inNamespace(`
    ip route add 10.99.0.0/24 via 10.1.0.9
    nodes 'a 10.244.0.0/24 ; 10.1.0.2' 'b 10.244.1.0/24 ; 10.1.0.3' 'c 10.244.2.0/24 ; 10.1.0.4'
    routes
    echo moved
    nodes 'a 10.244.0.0/24 ; 10.1.0.2' 'b 10.244.1.0/24 ; 10.1.0.5'
    routes
    echo alone
    nodes 'a 10.244.0.0/24 ; 10.1.0.2'
    routes
    ip route show 10.99.0.0/24
  `);
  assert.deepEqual(
    printed.split('\n').map((line) => line.trim()),
    [
      '10.244.1.0/24 via 10.1.0.3 dev eth0',
      '10.244.2.0/24 via 10.1.0.4 dev eth0',
      'moved',
      '10.244.1.0/24 via 10.1.0.5 dev eth0',
      'alone',
      '10.99.0.0/24 via 10.1.0.9 dev eth0',
      '',
    ],
  );
});

test('apply: what Pods send to Pods keeps its address, and nothing is done before the node has a network', () => {
  const printed = inNamespace(`
    nodes 'a  ; 10.1.0.2' 'b 10.244.2.0/24 ; 10.1.0.3'
    ls /etc/cni/net.d
    nodes 'a 10.244.0.0/24 ; 10.1.0.2' 'b 10.244.2.0/24 ; 10.1.0.3'
    ls /etc/cni/net.d
    nft list table inet podnet | grep masquerade
  `);
  assert.equal(
    printed.replaceAll('\t', ''),
    `10-podnet.conflist
ip saddr 10.244.0.0/24 ip daddr != { 10.244.0.0/24, 10.244.2.0/24 } ip daddr != 224.0.0.0/4 masquerade
`,
  );
});

test('run: a node that gets its network later, and sees only itself at first, is connected then', () => {
  const list = (podCIDRs: readonly string[]): string =>
    JSON.stringify({ metadata: { resourceVersion: '1' }, items: [node('a', podCIDRs, '10.1.0.2')] });
  // Instead of curl and sleep there are scripts: a request fails, and answers of the API server follow. The second pause ends it.
  const printed = inNamespace(`
    mkdir -p /run/bin /etc/kubernetes /var/lib/kubelet/pki
    echo 'server: https://10.1.0.9:6443' >/etc/kubernetes/kubelet.conf
    echo certificate >/var/lib/kubelet/pki/kubelet-client-current.pem
    echo '${list([])}' >/run/answer2
    echo '${list(['10.244.0.0/24'])}' >/run/answer4
    cat >/run/bin/curl <<'END'
#!/bin/sh
turn=$(($(cat /run/curl 2>/dev/null || echo 0) + 1))
echo $turn >/run/curl
[ $turn -gt 1 ] || exit 22
[ ! -e /run/answer$turn ] || cat /run/answer$turn
END
    cat >/run/bin/sleep <<'END'
#!/bin/sh
[ ! -e /run/slept ] || kill $PPID
touch /run/slept
END
    printf '#!/bin/sh\\necho a\\n' >/run/bin/uname
    chmod +x /run/bin/*
    PATH=/run/bin:$PATH "$podnet" run 2>/dev/null || true
    ls /etc/cni/net.d | grep podnet || echo none
  `);
  assert.equal(printed, '10-podnet.conflist\n');
});
