/** Why a cluster cannot be made what its topology says. It stays as it is until somebody corrects the topology or its class. */
export class TopologyProblem extends Error {
  override readonly name = 'TopologyProblem';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('; '), options);
    this.problems = problems;
  }
}
