/** What some of Kubernetes' conformance tests of the API machinery need that ignited does not have. */
interface Lacking {
  /** Matches the names of the tests. */
  readonly tests: RegExp;
  readonly why: string;
}

const pods = 'needs Pods that run: a Pod is a view of a VM';
const workloads = 'needs the kinds of workloads, such as Deployment: nothing would run them';
const quotas = 'needs ResourceQuota: there are no quotas of namespaces';

/** The first that matches a test counts. A test that none matches passes. */
export const lacking: readonly Lacking[] = [
  { tests: /^API priority and fairness /, why: 'needs FlowSchema: requests are limited by user alike' },
  { tests: /^AdmissionWebhook /, why: `${pods}, and the webhook is one` },
  { tests: /^CustomResourceConversionWebhook /, why: `${pods}, and the webhook is one` },
  { tests: /^CustomResourceFieldSelectors /, why: `${pods}, and the webhook is one` },
  { tests: /^AggregatedDiscovery .* interface$/, why: workloads },
  { tests: /^AggregatedDiscovery .* endpoint Accept headers$/, why: workloads },
  { tests: /^Aggregator /, why: `${pods}, and the other server is one` },
  { tests: /^Discovery should locate /, why: workloads },
  { tests: /^FieldValidation .* of a typed object$/, why: workloads },
  { tests: /^Garbage collector .* (?:rc|RS) /, why: workloads },
  { tests: /^Garbage collector .* valid owner /, why: workloads },
  { tests: /^Garbage collector /, why: pods },
  { tests: /^Namespaces .* all pods are removed /, why: pods },
  { tests: /^OrderedNamespaceDeletion /, why: pods },
  { tests: /^ResourceQuota /, why: quotas },
  { tests: /^Servers with support for API chunking /, why: 'needs PodTemplate: nothing would use one' },
  { tests: /^ValidatingAdmissionPolicy .* (?:a Deployment|refer variables\.)$/, why: workloads },
];

const table = '| test | passes |\n|---|---|\n';

/** Pure. Returns the table of tests that the documentation has. */
export const tableOf = (names: readonly string[]): string =>
  table + names.map((name) => `| ${name} | ${whyNot(name) ?? 'yes'} |\n`).join('');

/** Pure. Returns the names of the tests in a document with such a table. */
export function namesIn(document: string): readonly string[] {
  const [, rows = ''] = document.split(table);
  return rows.split('\n').flatMap((row) => /^\| (.*) \| .* \|$/.exec(row)?.[1] ?? []);
}

/** Pure. Returns why a test does not pass, if it does not. */
export const whyNot = (name: string): string | undefined =>
  lacking.find(({ tests }) => tests.test(name))?.why;
