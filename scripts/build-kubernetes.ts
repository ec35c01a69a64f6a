import {
  CannotBuild,
  builtProgram,
  clusterApiManagers,
  clusterctl,
  e2eTest,
  etcd,
  kubeApiServer,
  kubectl,
} from '../test/kubernetes/fixtures/go-program.ts';

/**
 * Builds what the tests on Kubernetes run, unless it is in the cache already. Kubernetes' own tests take much longer
 * to build, and are only built for the argument `e2e.test`.
 */
const asked = process.argv.includes(e2eTest.name) ? [e2eTest] : [];
const never = new AbortController().signal;
try {
  const programs = [etcd, kubeApiServer, kubectl, ...Object.values(clusterApiManagers), clusterctl];
  for (const program of [...programs, ...asked]) console.log(await builtProgram(program, never));
} catch (failure) {
  if (!(failure instanceof CannotBuild)) throw failure;
  console.error(failure.message);
  process.exitCode = 1;
}
