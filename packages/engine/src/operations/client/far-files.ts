import type { CopyRequest, FileClient } from '@ignite/api/client/file-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Command } from '@ignite/toolkit/process/runner';
import { type GuestCopy, copyIn, copyOut } from '../../tools/guest/copy.ts';
import type { Paths } from '../../tools/host/paths.ts';

export interface FarFilesOptions {
  /** Where copies under way are recorded on this host. */
  readonly paths: Paths;
  /** Waits until a VM of the other host can be copied to and from. */
  readonly reach: (request: CopyRequest, op: ClientOperation) => Promise<void>;
  /** Returns the program of this host that runs a line in such a VM. */
  readonly commandFor: (request: CopyRequest, line: string) => Command;
}

/** Copies between files of this host and VMs of another host. */
export function farFiles({
  paths,
  reach,
  commandFor,
}: FarFilesOptions): Pick<FileClient, 'copyIn' | 'copyOut'> {
  const reached = async (request: CopyRequest, op: ClientOperation): Promise<GuestCopy> => {
    await reach(request, op);
    const { vmPath, follow } = request;
    return { vmPath, follow, commandFor: (line) => commandFor(request, line) };
  };
  return {
    copyIn: async (hostPath, request, op) => await copyIn(hostPath, await reached(request, op), op),
    // The VMs of the other host share no folders of this one.
    copyOut: async (hostPath, request, op) =>
      await copyOut(hostPath, await reached(request, op), { paths, shared: [] }, op),
  };
}
