import { scheme } from '@ignite/legacy/scheme';
import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';

void answerAsWorker(scheme);
