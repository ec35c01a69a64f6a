import {
  CannotBuild,
  builtProgram,
  clusterApiManagers,
  clusterPrograms,
  clusterctl,
  containerdPrograms,
  coreDns,
  e2eTest,
  etcd,
  etcdutl,
  kubeApiServer,
  kubectl,
} from '../test/kubernetes/fixtures/go-program.ts';

/**
 * Builds what the tests on Kubernetes run, unless it is in the cache already. The programs of nodes
 * and control planes, the container runtime of nodes, the managers of Cluster API and Kubernetes' own tests take many minutes
 * more: they are only built for the arguments `cluster`, `containerd`, `cluster-api` and `e2e.test`.
 */
const asked = [
  ...(process.argv.includes(clusterctl.folder) ? [...Object.values(clusterApiManagers), clusterctl] : []),
  ...(process.argv.includes('cluster') ? [...clusterPrograms, coreDns] : []),
  ...(process.argv.includes('containerd') ? containerdPrograms : []),
  ...(process.argv.includes(e2eTest.name) ? [e2eTest] : []),
];
const never = new AbortController().signal;
try {
  for (const program of [etcd, etcdutl, kubeApiServer, kubectl, ...asked])
    console.log(await builtProgram(program, never));
} catch (failure) {
  if (!(failure instanceof CannotBuild)) throw failure;
  console.error(failure.message);
  process.exitCode = 1;
}
