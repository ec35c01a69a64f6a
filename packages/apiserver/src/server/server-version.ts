import { arch, platform, version as nodeVersion } from 'node:process';

/** The version of Kubernetes whose API is spoken. */
const [major, minor] = ['1', '35'];

interface VersionInfo extends Readonly<Record<string, string>> {
  readonly gitVersion: string;
}

/** Returns what `kubectl version` tells of the server (Kubernetes: version.Info). */
export const serverVersion = (product: string): VersionInfo => ({
  major,
  minor,
  gitVersion: `v${major}.${minor}.0+${product}`,
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: `node ${nodeVersion}`,
  platform: `${platform}/${arch === 'x64' ? 'amd64' : arch}`,
});
