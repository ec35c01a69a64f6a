/** The folders of a process's cgroups in each hierarchy, which account for it. */
export interface CgroupFolders {
  readonly cpu?: string;
  readonly cpuacct?: string;
  readonly memory?: string;
  readonly blkio?: string;
  readonly pids?: string;
  /** The folder in cgroup v2, which has every controller that v1 lacks. */
  readonly unified?: string;
}

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

const controllers = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'] as const;

/**
 * Pure. Returns the folders from a process's /proc/PID/cgroup (cgroups(7)) and this process's
 * /proc/self/mountinfo (proc_pid_mountinfo(5)), for cgroup v1, v2, and v1 beside an empty v2.
 */
export function cgroupFolders(cgroup: string, mountinfo: string): CgroupFolders {
  const mounts = mountinfo.split('\n').flatMap(parseMount);
  const folders: Partial<Record<keyof CgroupFolders, string>> = {};
  for (const line of cgroup.split('\n')) {
    const [, id, names = '', path = '/'] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === undefined) continue;
    if (names === '') {
      const folder = folderOf(
        path,
        mounts.filter(({ type }) => type === 'cgroup2'),
      );
      if (folder !== undefined) folders.unified = folder;
    }
    for (const controller of controllers.filter((each) => names.split(',').includes(each))) {
      const holders = mounts.filter(({ type, options }) => type === 'cgroup' && options.includes(controller));
      const folder = folderOf(path, holders);
      if (folder !== undefined) folders[controller] = folder;
    }
  }
  return folders;
}

function parseMount(line: string): readonly Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root, point] = before.split(' ');
  const [type, , options = ''] = after.split(' ');
  if (root === undefined || point === undefined || type === undefined) return [];
  return [{ root, point, type, options: options.split(',') }];
}

/** A mount may show only a part of its hierarchy. */
function folderOf(path: string, mounts: readonly Mount[]): string | undefined {
  for (const { root, point } of mounts) {
    const prefix = root === '/' ? '' : root;
    if (path === root || path.startsWith(`${prefix}/`)) {
      const rest = path.slice(prefix.length);
      return rest === '/' ? point : `${point}${rest}`;
    }
  }
  return undefined;
}
