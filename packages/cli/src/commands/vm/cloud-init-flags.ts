import type { CloudInit } from '@ignite/api/v1/cloud-init';
import type { FlagValues, Flags } from '../../arguments/command.ts';
import { readInputFile } from '../../files/input-file.ts';

export const cloudInitFlags: Flags = {
  'user-data': {
    type: 'string',
    value: 'FILE',
    help: 'user data file for cloud-init, or for a guest without it',
  },
  'meta-data': {
    type: 'string',
    value: 'FILE',
    help: 'meta-data file for cloud-init, instead of the generated one',
  },
  'network-config': {
    type: 'string',
    value: 'FILE',
    help: 'network configuration file for cloud-init, instead of the generated one',
  },
};

/** The part of a VM's spec that the flags name. @throws CodedError USAGE_INVALID */
export async function cloudInitOf(flags: FlagValues): Promise<{ readonly cloudInit?: CloudInit }> {
  const [userData, metaData, networkConfig] = await Promise.all(
    Object.keys(cloudInitFlags).map((name) => readGiven(name, flags)),
  );
  const cloudInit = {
    ...(userData !== undefined && { userData }),
    ...(metaData !== undefined && { metaData }),
    ...(networkConfig !== undefined && { networkConfig }),
  };
  return Object.keys(cloudInit).length === 0 ? {} : { cloudInit };
}

async function readGiven(name: string, flags: FlagValues): Promise<string | undefined> {
  const path = flags.text(name);
  return path === undefined ? undefined : await readInputFile(`--${name}`, path);
}
