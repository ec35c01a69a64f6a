import {
  type ControllerObserver,
  type ReconcileResult,
  runController,
} from '@ignite/toolkit/controller/controller';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { BasicWork, Controller } from './controller.ts';
import { reconcileObject } from './reconcile-object.ts';
import { followKinds, routeChanges } from './route-changes.ts';

/** The number of objects of a kind that are worked on at once. */
const concurrency = 4;
/** The time after which what somebody else has written should be known here. */
const conflictMs = 200;

/** Runs controllers until `signal` aborts. */
export async function runControllers<W extends BasicWork>(
  controllers: readonly Controller<KubeObject, W>[],
  work: W,
  { signal, observer }: { readonly signal: AbortSignal; readonly observer?: ControllerObserver },
): Promise<void> {
  const queues = new Map(controllers.map((controller) => [controller, new WorkQueue(work.clock)]));
  routeChanges(controllers, work, (controller, key) => queues.get(controller)?.add(key));
  const running = controllers.map(async (controller) => {
    await runController(
      {
        name: controller.name,
        queue: queues.get(controller)!,
        concurrency,
        clock: work.clock,
        log: work.log,
        reconcile: (key, until) => again(async () => await reconcileObject(controller, key, work, until)),
        ...(observer && { observer }),
      },
      signal,
    );
  });
  try {
    await followKinds(controllers, work);
  } catch (failure) {
    if (!signal.aborted) throw failure;
  }
  await Promise.all(running);
}

/** Somebody else who was faster is no failure: it is looked again at what is there now. */
async function again(reconcile: () => Promise<ReconcileResult>): Promise<ReconcileResult> {
  try {
    return await reconcile();
  } catch (failure) {
    if (hasCode(failure, 'CONFLICT')) return { requeueAfterMs: conflictMs };
    throw failure;
  }
}
