import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';

/**
 * The files that make a machine of an image of kind, which is made for containers. Its entrypoint does not run where the
 * machine has its own init:
 * - The unit of the kubelet prepares cgroups of a container, and refuses those of a machine.
 * - Each container of a Pod runs a hook that copies files of the entrypoint.
 * - Docker lets packets through a node, and a machine does so itself.
 */
export const kindFiles: NonNullable<KubeadmConfigSpec['files']> = [
  {
    path: '/etc/systemd/system/kubelet.service.d/90-machine.conf',
    content: '[Service]\nExecStartPre=\n',
  },
  { path: '/kind/product_name', content: 'ignite\n' },
  { path: '/kind/product_uuid', content: '{{ ds.meta_data.instance_id }}\n' },
  {
    path: '/etc/sysctl.d/90-machine.conf',
    content: 'net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n',
  },
];
