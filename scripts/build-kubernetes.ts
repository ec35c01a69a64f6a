import {
  CannotBuild,
  builtProgram,
  clusterApiManagers,
  clusterctl,
  etcd,
  kubeApiServer,
  kubectl,
} from '../test/kubernetes/fixtures/go-program.ts';

/** Builds what the tests on Kubernetes run, unless it is in the cache already. */
const never = new AbortController().signal;
try {
  const programs = [etcd, kubeApiServer, kubectl, ...Object.values(clusterApiManagers), clusterctl];
  for (const program of programs) console.log(await builtProgram(program, never));
} catch (failure) {
  if (!(failure instanceof CannotBuild)) throw failure;
  console.error(failure.message);
  process.exitCode = 1;
}
