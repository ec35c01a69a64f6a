import {
  CannotBuild,
  builtProgram,
  etcd,
  kubeApiServer,
  kubectl,
} from '../test/kubernetes/fixtures/go-program.ts';

/** Builds what the tests on Kubernetes run, unless it is in the cache already. */
const never = new AbortController().signal;
try {
  for (const program of [etcd, kubeApiServer, kubectl]) console.log(await builtProgram(program, never));
} catch (failure) {
  if (!(failure instanceof CannotBuild)) throw failure;
  console.error(failure.message);
  process.exitCode = 1;
}
