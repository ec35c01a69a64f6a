import { setImmediate as turn } from 'node:timers/promises';
import type { CelAccessQuestion, CelDecision, Decide } from '../../cel/functions/authorizer-functions.ts';
import type { Authorizer } from '../../request/access.ts';
import type { AccessRequest } from '../../request/access-request.ts';
import type { UserInfo } from '../../request/user-info.ts';
import {
  serviceAccountGroups,
  serviceAccountUser,
} from '../../authentication/service-account/service-account-user.ts';

/** The most times that expressions are evaluated again, since they have asked something else. */
const mostRounds = 32;

/**
 * What expressions ask about the rights of users. They cannot wait for an answer, so that they are evaluated again
 * once it is there.
 */
export class AccessAnswers {
  readonly #authorizer: Authorizer;
  readonly #user: UserInfo;
  readonly #answers = new Map<string, CelDecision>();
  #asked = new Map<string, CelAccessQuestion>();

  constructor(authorizer: Authorizer, user: UserInfo) {
    this.#authorizer = authorizer;
    this.#user = user;
  }

  /** Returns what an evaluation results in once all that it asks is known. */
  async answered<T>(evaluate: (decide: Decide) => T, signal: AbortSignal): Promise<T> {
    for (let round = 1; ; round += 1) {
      // Other requests, and the VMs of the host, have their turn between evaluations, none of which waits.
      await turn(undefined, { signal });
      this.#asked = new Map();
      const result = evaluate((question) => this.#decide(question));
      if (this.#asked.size === 0 || round === mostRounds) return result;
      for (const [text, question] of this.#asked) this.#answers.set(text, await this.#ask(question, signal));
    }
  }

  #decide(question: CelAccessQuestion): CelDecision {
    const text = JSON.stringify(question);
    const known = this.#answers.get(text);
    if (known) return known;
    this.#asked.set(text, question);
    throw new Error('it is not known yet what the user may do');
  }

  async #ask({ access, verb, serviceAccount }: CelAccessQuestion, signal: AbortSignal): Promise<CelDecision> {
    const user = serviceAccount ? accountUser(...serviceAccount) : this.#user;
    return await this.#authorizer.authorize(user, { ...access, verb } as AccessRequest, signal);
  }
}

const accountUser = (namespace: string, name: string): UserInfo => ({
  name: serviceAccountUser(namespace, name),
  groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
});
