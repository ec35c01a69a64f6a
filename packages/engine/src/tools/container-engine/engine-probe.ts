import { errorText } from '@ignite/toolkit/errors/error-text';
import { connectsTo, containerdSocket, dockerSocket } from './engine-socket.ts';
import type { ContainerEngine } from './errors.ts';
import { findProgram } from '../host/find-program.ts';

/** Tells whether a container engine of this host can run VMs. */
export type EngineProbe =
  | { readonly usable: true; readonly found: string }
  | { readonly usable: false; readonly found: string; readonly cure: string };

interface EngineParts {
  readonly socket: (env: NodeJS.ProcessEnv) => string;
  /** The program of the engine. */
  readonly program: string;
  readonly package: string;
  /** The programs that are needed besides the engine. */
  readonly programs: readonly string[];
}

const engines: Readonly<Record<ContainerEngine, EngineParts>> = {
  containerd: {
    socket: containerdSocket,
    program: 'containerd',
    package: 'containerd',
    programs: ['ctr', 'perl'],
  },
  docker: {
    socket: dockerSocket,
    program: 'dockerd',
    package: 'docker.io',
    programs: ['nsenter', 'setpriv', 'perl'],
  },
};

/** Connects to a container engine, and looks for the programs that are needed besides it. */
export async function probeEngine(engine: ContainerEngine, env: NodeJS.ProcessEnv): Promise<EngineProbe> {
  const parts = engines[engine];
  let socket: string;
  try {
    socket = parts.socket(env);
  } catch (failure) {
    return { usable: false, found: errorText(failure), cure: 'unset DOCKER_HOST' };
  }
  const answer = await connectsTo(socket);
  if (answer === true) {
    const missing = await firstMissing(parts.programs);
    if (missing === undefined) return { usable: true, found: `answers at ${socket}` };
    return { usable: false, found: `${missing} is not installed`, cure: `apt-get install ${missing}` };
  }
  if (answer.code === 'EACCES')
    return { usable: false, found: `this user may not access ${socket}`, cure: 'run ignite with sudo' };
  const isInstalled = (await findProgram(parts.program)) !== undefined;
  return {
    usable: false,
    found: `${isInstalled ? 'does not answer' : 'not installed: nothing answers'} at ${socket}`,
    cure: isInstalled ? `systemctl start ${engine}` : `apt-get install ${parts.package}`,
  };
}

async function firstMissing(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) if ((await findProgram(program)) === undefined) return program;
  return undefined;
}
