const group = 'ignite.weave.works';

/** Objects that contain an example of everything that people write. */
export const sampleObjects: readonly object[] = [
  {
    apiVersion: `${group}/v1`,
    kind: 'VM',
    metadata: { name: 'web', labels: { app: 'web' }, annotations: { note: 'x: y # z' } },
    spec: {
      image: { oci: 'debian:12' },
      kernel: { oci: 'kernel:6.1' },
      cpus: 2,
      memory: '512MB',
      diskSize: '4GB',
      ssh: { generateKey: true },
      restartPolicy: 'on-failure:3',
      command: ['sh', '-c', 'echo "$HOME"'],
      env: { A: 'b' },
      network: { ports: [{ hostPort: 8080, vmPort: 80, protocol: 'tcp' }] },
      copyFiles: [{ hostPath: '/etc/motd', vmPath: '/etc/motd' }],
      storage: {
        volumes: [
          { name: 'data', volume: { name: 'data', size: '1GB' } },
          { name: 'etc', hostPath: { path: '/etc' }, readOnly: true },
        ],
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'etc', mountPath: '/mnt' },
        ],
      },
      machine: { vmm: 'qemu' },
      sandbox: { runtime: 'conmon' },
    },
  },
  { apiVersion: `${group}/v1`, kind: 'VM', metadata: { name: 'db' }, spec: { image: { oci: 'redis' } } },
  { apiVersion: `${group}/v1`, kind: 'Image', metadata: { name: 'debian:12' }, spec: { oci: 'debian:12' } },
  { apiVersion: `${group}/v1`, kind: 'Volume', metadata: { name: 'data' }, spec: { size: '2GB' } },
  {
    apiVersion: `${group}/v1alpha4`,
    kind: 'VM',
    metadata: { name: 'old', uid: '599615df99804ae8' },
    spec: {
      image: { oci: 'weaveworks/ignite-ubuntu' },
      cpus: 1,
      memory: '1GB',
      diskSize: '3GB',
      ssh: true,
      network: { ports: [{ hostPort: 80, vmPort: 80, protocol: 'tcp', bindAddress: '127.0.0.1' }] },
    },
  },
  {
    apiVersion: 'gitops.weave.works/v1',
    kind: 'GitSource',
    metadata: { name: 'site' },
    spec: { url: 'https://example.org/site.git', ref: { branch: 'main' }, timeout: '30s' },
  },
  {
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Sync',
    metadata: { name: 'site' },
    spec: { source: { gitSource: 'site' }, path: 'hosts/one', interval: '1m', prune: true },
  },
];
