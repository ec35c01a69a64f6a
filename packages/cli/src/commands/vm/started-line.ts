import type { Vm } from '@ignite/api/v1/vm';

export const startedLine = (vm: Vm): string =>
  `Started VM "${vm.metadata.name}" with address ${vm.status.network?.ipAddresses[0] ?? 'none'}\n`;
